using System.Text;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Backbone.Series;
using Nines.Cli.Config;
using Nines.Cli.Output;
using Nines.Core.Components;
using Nines.Pricing.Plan;
using Nines.Probing;
using Nines.Probing.Inbound;
using Nines.Probing.Scheduling;
using Nines.Response.Notices;
using Nines.Response.StatusPage;
using Nines.Web;
using Nines.Web.Api.Documents;
using Nines.Web.Export;
using Nines.Web.Health;
using Nines.Web.Live;
using Nines.Web.Metrics;
using Nines.Web.StatusPage;

namespace Nines.Cli.Watching;

/// <summary>What a watch will do next, asked of those who do it.</summary>
/// <param name="NextLook">Null where nothing is planned.</param>
/// <param name="Notices">Null where nobody is told of outages.</param>
/// <param name="LastLooks">What came of the last look that somebody asked for; null where nobody did.</param>
internal sealed record WatchPlan(Func<ComponentId, PlannedLook?> NextLook, Func<NoticePlan?> Notices, Func<ComponentId, AskedLooksDocument?> LastLooks);

/// <summary>What a run of the watch has beside it: the web server, the export of metrics, and the calls to who watches the watcher. Nothing here can hold up or end the watching once it runs.</summary>
internal sealed class SideServices : IAsyncDisposable
{
    private readonly MetricsSource metrics;
    private readonly WebHost? web;
    private readonly OtlpExport? export;
    private readonly SelfCheck? check;
    private readonly LiveLedger ledger;
    private readonly StatusPublisher statusPage;
    private readonly Subscribers? subscribers;
    private readonly CancellationTokenSource ending = new();
    private readonly Task[] running;

    private SideServices(LoadedConfig config, IJournal journal, LiveLedger ledger, MetricsSource metrics, WebHost? web, PublicIds ids, Inbox inbox, TimeProvider time, Func<WatchStatus?> status, Func<LoadedConfig?> now, Action<string> say)
    {
        (this.ledger, this.metrics, this.web, Inbox) = (ledger, metrics, web, inbox);
        subscribers = Subscribers.Open(config, now, time, say);
        statusPage = new StatusPublisher(journal, ledger, ids, time, say, subscribers?.Desk);
        if (subscribers is not null) statusPage.Made += subscribers.Tell;
        if (config.Otlp is { } otlp) export = new OtlpExport(metrics, new OtlpOptions { Endpoint = otlp.Endpoint, Every = otlp.Every, Headers = otlp.Headers }, time, say);
        if (config.SelfCheck is { } outside) check = new SelfCheck(outside.Url, time);
        running =
        [
            LoopAsync("the export of metrics", export?.RunAsync(ending.Token), say),
            LoopAsync("the status page", statusPage.RunAsync(() => now()?.StatusPage, ending.Token), say),
            LoopAsync("what subscribers are told", subscribers?.RunAsync(ending.Token), say),
            LoopAsync("the calls of self_check", check?.RunAsync(config.SelfCheck!.Every, status, say, ending.Token), say),
        ];
    }

    /// <exception cref="Fault">The key is damaged or cannot be read: with another, the public would be told everything anew.</exception>
    private static PublicIds IdsOf(string dataFolder)
    {
        try
        {
            return PublicIds.Open(dataFolder);
        }
        catch (PublicKeyException refused)
        {
            throw new Fault(PublicKeyException.Code, ExitCode.OutOfReach, refused.Message);
        }
    }

    /// <summary>A loop that breaks is told of; watching goes on without it.</summary>
    private static async Task LoopAsync(string what, Task? loop, Action<string> say)
    {
        try
        {
            if (loop is not null) await loop;
        }
        catch (Exception broken)
        {
            say($"NIN5001: {what} ended: {broken.Message} What is watched and kept is not affected; restart to have them again.");
        }
    }

    /// <summary>Where what reports by itself is handed in.</summary>
    public Inbox Inbox { get; }

    /// <summary>True when somebody can report: there is a web server.</summary>
    public bool IsListening => web is not null;

    /// <param name="status">How the watch goes; null while it starts.</param>
    /// <exception cref="ListenException">The address is taken, and somebody wants just this one: the config names it, or jobs report to it.</exception>
    /// <param name="now">The config as it is now; null while the watch starts.</param>
    /// <param name="plan">What the watch will do next.</param>
    /// <param name="tell">How people who use the console or the API tell the watch something.</param>
    /// <param name="showSecret">Shows a line as it is: what is a secret is not taken out.</param>
    public static async Task<SideServices> StartAsync(
        LoadedConfig config, SqliteJournal journal, TimeProvider time, Func<WatchStatus?> status, Func<LoadedConfig?> now, WatchPlan plan, TellWatch tell, Action<string> say, Action<string> showSecret, CancellationToken cancellation)
    {
        var reporting = config.Topology.Components.SelectMany(component => component.Probes)
            .Where(probe => ProbeType.Find(probe.Type) is { IsPassive: true }).Sum(probe => probe.From.Length);
        var inbox = new Inbox(reporting);
        PricingOptions? Pricing() => now()?.Pricing;
        // One of each, whoever reads them: metrics, console, API, public page.
        var ledger = new LiveLedger(journal, config.DataFolder, () => status()?.JudgedUntil);
        var pricing = new LivePricing(Pricing, time, say);
        var metrics = new MetricsSource(status, ledger, time, pricing.PlanFor);
        var ids = IdsOf(config.DataFolder);
        var console = new ConsoleOptions
        {
            PublicIds = ids,
            Journal = journal,
            Ledger = ledger,
            DataFolder = config.DataFolder,
            Tell = tell,
            Topology = () => now()?.Topology,
            NextLook = plan.NextLook,
            Notices = plan.Notices,
            LastLooks = plan.LastLooks,
            Series = new SeriesReader(journal),
            Pricing = pricing.PlanFor,
            Access = () => (now() ?? config).Access,
            Config = () => now() is { } watched ? Encoding.UTF8.GetString(ConfigJson.Write(watched, null)) : null,
            StatusPage = () => (now() ?? config).StatusPage?.Options,
            Rules = () => [.. (now() ?? config).Maintenance],
            Say = say,
            Look = (order, cancellation) => SingleLook.ForAsync(order, time, cancellation),
            ShowSecret = showSecret,
        };
        SideServices With(WebHost? web) => new(config, journal, ledger, metrics, web, ids, inbox, time, status, now, say);
        if (config.Listen.Endpoint is not { } endpoint) return With(null);
        try
        {
            var web = await WebHost.StartAsync(new WebOptions { Listen = endpoint, Inbox = inbox, Status = status, Time = time, Console = console }, metrics, cancellation);
            if (endpoint.Port == 0) say($"Listening on {web.Endpoint}.");
            return With(web);
        }
        catch (ListenException taken) when (reporting == 0 && !config.ListenGiven)
        {
            say($"Not listening on {taken.Message}: there is no console, no API and no /metrics. Nothing that is watched needs them; set 'listen' to a free address, or to off.");
            return With(null);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await Task.WhenAll(running);
        await statusPage.DisposeAsync();
        subscribers?.Dispose();
        export?.Dispose();
        check?.Dispose();
        ending.Dispose();
        if (web is not null) await web.DisposeAsync();
        await metrics.DisposeAsync();
        ledger.Dispose();
    }
}
