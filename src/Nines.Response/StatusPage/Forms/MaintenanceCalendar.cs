using System.Text;
using NodaTime;
using NodaTime.Text;

namespace Nines.Response.StatusPage.Forms;

/// <summary>Maintenance as a calendar to subscribe to (iCalendar, RFC 5545).</summary>
internal static class MaintenanceCalendar
{
    /// <summary>Octets of a line without its end, RFC 5545 section 3.1.</summary>
    private const int LineOctets = 75;

    /// <summary>A calendar is fetched whole, again and again.</summary>
    private const int MostForeseen = 500;

    private static readonly InstantPattern Utc = InstantPattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss'Z'");

    public static byte[] Of(PageContent content)
    {
        var options = content.Options;
        var text = new StringBuilder();
        Line(text, "BEGIN:VCALENDAR");
        Line(text, "VERSION:2.0");
        Line(text, "PRODID:-//Nines//Status page//EN");
        Line(text, "METHOD:PUBLISH");
        Line(text, $"X-WR-CALNAME:{Escape(options.Texts.Fill("feed.title", ("name", options.Name)))}");
        foreach (var window in content.Maintenance.OrderByDescending(window => window.From).Take(PageForms.Most).Concat(content.Foreseen.Take(MostForeseen)))
        {
            var cancelled = window.Phase == MaintenancePhase.Cancelled;
            Line(text, "BEGIN:VEVENT");
            Line(text, $"UID:{window.CalendarId}@{options.Url.Host}");
            Line(text, $"DTSTAMP:{Utc.Format(cancelled || window.Phase == MaintenancePhase.Completed ? Instant.Max(window.Told, window.To) : window.Told)}");
            Line(text, $"DTSTART:{Utc.Format(window.From)}");
            if (!cancelled) Line(text, $"DTEND:{Utc.Format(window.To)}");
            Line(text, $"SUMMARY:{Escape(window.Name)}");
            Line(text, $"DESCRIPTION:{Escape(PageMarkdown.ToText(window.Text))}");
            Line(text, $"URL:{(window.IsForeseen ? options.Url : new Uri(options.Url, PagePath.OfMaintenance(window.Id))).AbsoluteUri}");
            Line(text, $"STATUS:{(cancelled ? "CANCELLED" : "CONFIRMED")}");
            // Later words about the same window win in calendars by this number.
            Line(text, $"SEQUENCE:{(cancelled || window.Phase == MaintenancePhase.Completed ? 1 : 0)}");
            Line(text, "END:VEVENT");
        }
        Line(text, "END:VCALENDAR");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>RFC 5545 section 3.3.11.</summary>
    private static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in text.ReplaceLineEndings("\n"))
        {
            if (letter == '\n') escaped.Append("\\n");
            else if (letter is '\\' or ';' or ',') escaped.Append('\\').Append(letter);
            else if (!char.IsControl(letter) || letter == '\t') escaped.Append(letter);
        }
        return escaped.ToString();
    }

    /// <summary>Folded so that no line is longer than it may be, and no character is cut in two.</summary>
    private static void Line(StringBuilder text, string line)
    {
        var octets = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (octets + rune.Utf8SequenceLength > LineOctets)
            {
                text.Append("\r\n ");
                octets = 1;
            }
            text.Append(rune.ToString());
            octets += rune.Utf8SequenceLength;
        }
        text.Append("\r\n");
    }
}
