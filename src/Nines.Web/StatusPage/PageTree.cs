using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Nines.Response.StatusPage;
using Nines.Response.StatusPage.Forms;
using Nines.Response.Subscriptions;
using Nines.Web.StatusPage.Pages;
using NodaTime;

namespace Nines.Web.StatusPage;

/// <summary>All that the public can get, as files: pages, style sheet, logo, and the forms for programs. The listener serves them, an export writes them.</summary>
public sealed class PageTree : IAsyncDisposable
{
    /// <summary>What is at an address that is none.</summary>
    public const string NotFound = "404.html";

    private static readonly byte[] Style = ReadStyle();

    private readonly ServiceProvider services = new ServiceCollection().AddLogging().BuildServiceProvider();

    /// <summary>Of the page's other languages, by their folders.</summary>
    private readonly Dictionary<string, PageTree> others = new(StringComparer.Ordinal);

    private readonly Dictionary<string, (PageIncident Of, PageFile File)> incidents = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (PageMaintenance Of, PageFile File)> windows = new(StringComparer.Ordinal);
    private readonly Dictionary<LocalDate, (MonthOnPage Of, PageFile File)> monthPages = [];
    private (PageOptions Options, PageTheme Theme, bool Subscribe)? rendered;

    /// <summary>Pages of incidents and windows of which nothing changed are taken over from the time before. One caller at a time.</summary>
    /// <param name="subscribe">Whether pages say where to subscribe.</param>
    public async Task<ImmutableArray<PageFile>> RenderAsync(PageContent content, PageTheme theme, bool subscribe = false)
    {
        if (rendered is not { } before || !ReferenceEquals(before.Options, content.Options) || !ReferenceEquals(before.Theme, theme) || before.Subscribe != subscribe)
        {
            incidents.Clear();
            windows.Clear();
            monthPages.Clear();
            rendered = (content.Options, theme, subscribe);
        }
        var files = ImmutableArray.CreateBuilder<PageFile>();
        byte[] style = [.. Encoding.UTF8.GetBytes($":root{{--accent:{theme.Accent};--accent-dark:{theme.AccentDark}}}\n"), .. Style];
        files.Add(new PageFile($"assets/page-{DigestOf(style)}.css", "text/css; charset=utf-8", style, IsLasting: true));
        var stylePath = files[0].Path;
        string? logo = null;
        if (theme.Logo is { } picture)
        {
            logo = $"assets/logo-{DigestOf(picture.Bytes)}.{picture.Extension}";
            files.Add(new PageFile(logo, picture.Type, picture.Bytes, IsLasting: true));
        }
        var folder = content.Options.Folder;
        if (folder.Length > 0) files.Clear(); // style sheet and logo are there once
        var months = MonthsOf(content);
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        async Task AddAsync<T>(string path, string root, params (string Name, object? Value)[] parameters) where T : IComponent
        {
            var all = parameters.ToDictionary(one => one.Name, one => one.Value);
            all["Page"] = new PageView(content, root, stylePath, logo, subscribe, path == NotFound ? null : path);
            files.Add(new PageFile(folder + path, "text/html; charset=utf-8", await RenderAsync<T>(renderer, all)));
        }
        await AddAsync<StatusIndex>("index.html", "");
        await AddAsync<StatusHistory>(PagePath.History, "", (nameof(StatusHistory.Months), months));
        for (var i = 0; i < months.Length; i++)
        {
            var month = MonthOnPage.Of(content, months, i);
            if (monthPages.TryGetValue(month.Month, out var known) && known.Of.SaysTheSameAs(month)) files.Add(known.File);
            else await AddAsync<StatusMonth>(PagePath.OfMonth(month.Month), "../", (nameof(StatusMonth.Month), month.Month), (nameof(StatusMonth.Earlier), month.Earlier), (nameof(StatusMonth.Later), month.Later));
            monthPages[month.Month] = (month, files[^1]);
        }
        foreach (var incident in content.Incidents)
        {
            if (incidents.TryGetValue(incident.Id, out var known) && known.Of.SaysTheSameAs(incident)) files.Add(known.File);
            else await AddAsync<StatusOne>(PagePath.OfIncident(incident.Id), "../", (nameof(StatusOne.Incident), incident));
            incidents[incident.Id] = (incident, files[^1]);
        }
        foreach (var window in content.Maintenance)
        {
            if (windows.TryGetValue(window.Id, out var known) && known.Of.SaysTheSameAs(window)) files.Add(known.File);
            else await AddAsync<StatusOne>(PagePath.OfMaintenance(window.Id), "../", (nameof(StatusOne.Window), window));
            windows[window.Id] = (window, files[^1]);
        }
        Forget(incidents, content.Incidents.Select(incident => incident.Id));
        Forget(windows, content.Maintenance.Select(window => window.Id));
        await AddAsync<StatusNotFound>(NotFound, RootOf(content.Options.Url));
        if (folder.Length == 0) files.AddRange(PageForms.Of(content));
        else files.AddRange(PageForms.InWords(content).Select(file => file with { Path = folder + file.Path }));
        foreach (var other in content.Others)
        {
            if (!others.TryGetValue(other.Options.Folder, out var tree)) others[other.Options.Folder] = tree = new PageTree();
            files.AddRange(await tree.RenderAsync(other, theme, subscribe));
        }
        return files.ToImmutable();
    }

    private static void Forget<T>(Dictionary<string, T> known, IEnumerable<string> kept)
    {
        var ids = kept.ToHashSet(StringComparer.Ordinal);
        if (known.Count == ids.Count) return;
        foreach (var gone in known.Keys.Where(id => !ids.Contains(id)).ToArray()) known.Remove(gone);
    }

    /// <summary>The path of the page's address: the name in it may be another's, while a page is tried out or served under several.</summary>
    private static string RootOf(Uri address) => address.AbsolutePath.EndsWith('/') ? address.AbsolutePath : address.AbsolutePath + "/";

    /// <summary>The pages on which people subscribe and leave, by the folder of their language. They stand on the listener only, and load what the tree has.</summary>
    /// <param name="tree">As it was made of the same content.</param>
    internal async Task<ImmutableDictionary<string, ImmutableDictionary<DeskPage, byte[]>>> RenderDeskAsync(PageContent content, ImmutableArray<PageFile> tree, bool mail, bool webhooks)
    {
        var style = tree.First(file => file.IsLasting && file.Path.EndsWith(".css", StringComparison.Ordinal)).Path;
        var logo = tree.FirstOrDefault(file => file.IsLasting && file.Path.StartsWith("assets/logo-", StringComparison.Ordinal))?.Path;
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        var languages = ImmutableDictionary.CreateBuilder<string, ImmutableDictionary<DeskPage, byte[]>>(StringComparer.Ordinal);
        foreach (var language in content.Others.Prepend(content))
        {
            var pages = ImmutableDictionary.CreateBuilder<DeskPage, byte[]>();
            foreach (var shown in Enum.GetValues<DeskPage>())
            {
                // Addresses that mails lead to carry a token, which no link takes along.
                var isAsked = shown is not (DeskPage.ConfirmAsk or DeskPage.ConfirmDone or DeskPage.ConfirmUnknown or DeskPage.LeaveAsk or DeskPage.LeaveDone or DeskPage.LeaveUnknown);
                pages[shown] = await RenderAsync<StatusSubscribe>(renderer, new Dictionary<string, object?>
                {
                    [nameof(StatusSubscribe.Page)] = new PageView(language, isAsked ? "" : "../", style, logo, Subscribe: true, isAsked ? SubscriptionPath.Ask : null),
                    [nameof(StatusSubscribe.Shown)] = shown,
                    [nameof(StatusSubscribe.Mail)] = mail,
                    [nameof(StatusSubscribe.Webhooks)] = webhooks,
                });
            }
            languages[language.Options.Folder] = pages.ToImmutable();
        }
        return languages.ToImmutable();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var other in others.Values) await other.DisposeAsync();
        await services.DisposeAsync();
    }

    /// <summary>Incidents that were going on in a month of the page's time zone, the newest first.</summary>
    internal static IEnumerable<PageIncident> IncidentsOf(PageContent content, LocalDate month)
    {
        var (from, to) = SpanOf(content, month);
        return content.Incidents.Where(incident => incident.Began.Earliest < to && (incident.ResolvedAt ?? content.MadeAt) >= from);
    }

    internal static IEnumerable<PageMaintenance> WindowsOf(PageContent content, LocalDate month)
    {
        var (from, to) = SpanOf(content, month);
        return content.Maintenance.Where(window => window.From < to && window.To >= from);
    }

    /// <summary>The months of which anything is to be told, the oldest first.</summary>
    private static ImmutableArray<LocalDate> MonthsOf(PageContent content)
    {
        var watched = content.Components.Min(component => component.WatchedFrom)?.InZone(content.Options.Zone).Date.With(DateAdjusters.StartOfMonth);
        return [.. content.Components.SelectMany(component => component.Months).Select(month => month.Month).Distinct().Where(month => month >= watched).Order()];
    }

    private static (Instant From, Instant To) SpanOf(PageContent content, LocalDate month) =>
        (content.Options.Zone.AtStartOfDay(month).ToInstant(), content.Options.Zone.AtStartOfDay(month.PlusMonths(1)).ToInstant());

    private static Task<byte[]> RenderAsync<T>(HtmlRenderer renderer, IDictionary<string, object?> parameters) where T : IComponent => renderer.Dispatcher.InvokeAsync(async () =>
    {
        var root = await renderer.RenderComponentAsync<T>(ParameterView.FromDictionary(parameters));
        using var text = new StringWriter();
        root.WriteHtmlTo(text);
        return Encoding.UTF8.GetBytes(text.GetStringBuilder().ToString());
    });

    private static string DigestOf(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes))[..16];

    private static byte[] ReadStyle()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("status_page/page.css") ?? throw new InvalidOperationException("The status page's style sheet is not in this build.");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}

/// <summary>All that a month's page is made of, to tell whether it has to be made anew.</summary>
internal sealed record MonthOnPage(LocalDate Month, LocalDate? Earlier, LocalDate? Later, ImmutableArray<PageUptime?> Uptimes, ImmutableArray<PageIncident> Incidents, ImmutableArray<PageMaintenance> Windows)
{
    public static MonthOnPage Of(PageContent content, ImmutableArray<LocalDate> months, int index) => new(
        months[index], index > 0 ? months[index - 1] : null, index + 1 < months.Length ? months[index + 1] : null,
        [.. content.Components.Select(component => component.Months.FirstOrDefault(month => month.Month == months[index])?.Uptime)],
        [.. PageTree.IncidentsOf(content, months[index])], [.. PageTree.WindowsOf(content, months[index])]);

    public bool SaysTheSameAs(MonthOnPage other) => (Month, Earlier, Later) == (other.Month, other.Earlier, other.Later) && Uptimes.SequenceEqual(other.Uptimes)
        && Incidents.Zip(other.Incidents).All(pair => pair.First.SaysTheSameAs(pair.Second)) && Incidents.Length == other.Incidents.Length && Windows.Length == other.Windows.Length && Windows.Zip(other.Windows).All(pair => pair.First.SaysTheSameAs(pair.Second));
}
