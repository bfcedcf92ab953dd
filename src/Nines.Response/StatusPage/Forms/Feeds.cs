using System.Text;
using System.Xml;
using NodaTime;
using NodaTime.Text;

namespace Nines.Response.StatusPage.Forms;

/// <summary>Incidents and maintenance as Atom (RFC 4287) and RSS 2.0.</summary>
internal static class Feeds
{
    private const string AtomNamespace = "http://www.w3.org/2005/Atom";

    private static readonly InstantPattern Rfc3339 = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mm:ss'Z'");
    private static readonly InstantPattern Rfc822 = InstantPattern.CreateWithInvariantCulture("ddd, dd MMM uuuu HH:mm:ss 'GMT'");

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(false), Indent = true, NewLineChars = "\n", CheckCharacters = true };

    /// <param name="Html">All that was said, the last first.</param>
    private sealed record Entry(string Title, Uri Link, Instant Published, Instant Updated, string Html);

    public static byte[] Atom(PageContent content) => Write(xml =>
    {
        var (options, entries) = (content.Options, EntriesOf(content));
        xml.WriteStartElement("feed", AtomNamespace);
        xml.WriteAttributeString("xml", "lang", null, options.Texts.Language);
        Element(xml, "id", options.Url.AbsoluteUri);
        Element(xml, "title", options.Texts.Fill("feed.title", ("name", options.Name)));
        Element(xml, "updated", Rfc3339.Format(UpdatedOf(content, entries)));
        Link(xml, "self", new Uri(options.Url, "history.atom"));
        Link(xml, "alternate", options.Url);
        xml.WriteStartElement("author", AtomNamespace);
        Element(xml, "name", options.Name);
        xml.WriteEndElement();
        foreach (var entry in entries)
        {
            xml.WriteStartElement("entry", AtomNamespace);
            Element(xml, "id", entry.Link.AbsoluteUri);
            Element(xml, "title", entry.Title);
            Element(xml, "published", Rfc3339.Format(entry.Published));
            Element(xml, "updated", Rfc3339.Format(entry.Updated));
            Link(xml, "alternate", entry.Link);
            xml.WriteStartElement("content", AtomNamespace);
            xml.WriteAttributeString("type", "html");
            xml.WriteString(Clean(entry.Html));
            xml.WriteEndElement();
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
    });

    public static byte[] Rss(PageContent content) => Write(xml =>
    {
        var (options, entries) = (content.Options, EntriesOf(content));
        xml.WriteStartElement("rss");
        xml.WriteAttributeString("version", "2.0");
        xml.WriteAttributeString("xmlns", "atom", null, AtomNamespace);
        xml.WriteStartElement("channel");
        xml.WriteElementString("title", Clean(options.Texts.Fill("feed.title", ("name", options.Name))));
        xml.WriteElementString("link", options.Url.AbsoluteUri);
        xml.WriteElementString("description", Clean(options.About ?? options.Name));
        xml.WriteElementString("language", options.Texts.Language);
        xml.WriteElementString("lastBuildDate", Rfc822.Format(UpdatedOf(content, entries)));
        xml.WriteStartElement("atom", "link", AtomNamespace);
        xml.WriteAttributeString("href", new Uri(options.Url, "history.rss").AbsoluteUri);
        xml.WriteAttributeString("rel", "self");
        xml.WriteAttributeString("type", "application/rss+xml");
        xml.WriteEndElement();
        foreach (var entry in entries)
        {
            xml.WriteStartElement("item");
            xml.WriteElementString("title", Clean(entry.Title));
            xml.WriteElementString("link", entry.Link.AbsoluteUri);
            xml.WriteElementString("guid", entry.Link.AbsoluteUri);
            xml.WriteElementString("pubDate", Rfc822.Format(entry.Published));
            xml.WriteElementString("description", Clean(entry.Html));
            xml.WriteEndElement();
        }
        xml.WriteEndElement();
        xml.WriteEndElement();
    });

    /// <summary>The newest first.</summary>
    private static Entry[] EntriesOf(PageContent content)
    {
        var options = content.Options;
        var incidents = content.Incidents.Select(incident => new Entry(
            incident.Name, new Uri(options.Url, PagePath.OfIncident(incident.Id)), incident.CreatedAt, incident.UpdatedAt,
            string.Concat(incident.Updates.Reverse().Select(update => Paragraph(PageWords.Phase(update.Phase, options.Texts), PageWords.At(update.At, options)) + PageMarkdown.ToHtml(update.Body)))));
        var windows = content.Maintenance.Where(window => window.Phase != MaintenancePhase.Cancelled || window.To > content.MadeAt - Duration.FromDays(7)).Select(window => new Entry(
            window.Name, new Uri(options.Url, PagePath.OfMaintenance(window.Id)), window.Told,
            window.Phase switch { MaintenancePhase.Scheduled => window.Told, MaintenancePhase.InProgress => Instant.Max(window.Told, window.From), MaintenancePhase.Completed or MaintenancePhase.Cancelled => Instant.Max(window.Told, window.To) },
            Paragraph(PageWords.Phase(window.Phase, options.Texts), options.Texts.Fill("page.from_to", ("from", PageWords.AtMinute(window.From, options)), ("to", PageWords.AtMinute(window.To, options)))) + PageMarkdown.ToHtml(window.Text)));
        return [.. incidents.Concat(windows).OrderByDescending(entry => entry.Updated).ThenBy(entry => entry.Link.AbsoluteUri, StringComparer.Ordinal).Take(PageForms.Most)];
    }

    private static string Paragraph(string strong, string text) => $"<p><strong>{System.Net.WebUtility.HtmlEncode(strong)}</strong> – {System.Net.WebUtility.HtmlEncode(text)}</p>\n";

    /// <summary>Not when it was made: a feed in which nothing changed is the same to the byte.</summary>
    private static Instant UpdatedOf(PageContent content, Entry[] entries) =>
        entries.Length > 0 ? entries.Max(entry => entry.Updated) : content.Components.Min(component => component.WatchedFrom) ?? NodaConstants.UnixEpoch;

    private static void Element(XmlWriter xml, string name, string text) => xml.WriteElementString(name, AtomNamespace, Clean(text));

    private static void Link(XmlWriter xml, string rel, Uri to)
    {
        xml.WriteStartElement("link", AtomNamespace);
        xml.WriteAttributeString("rel", rel);
        xml.WriteAttributeString("href", to.AbsoluteUri);
        xml.WriteEndElement();
    }

    /// <summary>Without characters that XML 1.0 cannot have.</summary>
    private static string Clean(string text) => text.All(letter => XmlConvert.IsXmlChar(letter)) ? text : string.Concat(text.EnumerateRunes().Select(rune =>
        rune.IsBmp && !XmlConvert.IsXmlChar((char)rune.Value) ? "\uFFFD" : rune.ToString()));

    private static byte[] Write(Action<XmlWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var xml = XmlWriter.Create(bytes, Settings))
        {
            xml.WriteStartDocument();
            write(xml);
            xml.WriteEndDocument();
        }
        return bytes.ToArray();
    }
}
