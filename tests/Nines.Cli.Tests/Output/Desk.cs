using System.Collections.Immutable;
using System.CommandLine;
using Nines.Backbone.Embedded;
using Nines.Backbone.Journal;
using Nines.Cli.Output;
using Nines.Cli.Verbs;
using Nines.Cli.Verbs.Pricing;
using Nines.Cli.Verbs.Reading;
using Nines.Cli.Verbs.Reports;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Timelines;
using Nines.Testing;
using NodaTime;

namespace Nines.Cli.Tests.Output;

/// <summary>A data folder with a real journal, and the read verbs over it as a person would call them.</summary>
internal sealed class Desk : IAsyncDisposable
{
    public static readonly Instant Noon = Instant.FromUtc(2026, 1, 1, 12, 0);
    private readonly string folder = Path.Combine(Path.GetTempPath(), $"nines-desk-{Guid.NewGuid():N}");
    private SqliteJournal? writer;
    private int batch;

    public ManualTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 12, 10, 0, TimeSpan.Zero));
    public bool IsTerminal { get; set; }
    public bool HasColor { get; set; }
    public int Width { get; set; } = 160;

    public static Instant At(double seconds) => Noon + Duration.FromSeconds(seconds);

    public async Task<Desk> RecordAsync(params Fact[] facts)
    {
        Directory.CreateDirectory(folder);
        writer ??= await SqliteJournal.OpenAsync(folder, TimeProvider.System);
        await writer.AppendAsync(new Append("watch", $"batch-{++batch}", facts));
        return this;
    }

    /// <summary>A file beside the journal.</summary>
    /// <returns>Its path.</returns>
    public string Write(string name, string text)
    {
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A shop with one closed outage from about 12:01 to 12:05, judged until 12:10.</summary>
    public Task<Desk> WithAnOutageAsync(string config = "{}")
    {
        var refused = new Cause(CauseKind.Technical, "connection refused");
        var probe = new ProbeId(new ComponentId("shop"), "page");
        var eu = new VantagePointId("eu-1");
        Segment Down(double from, State best, State likely) => new(At(from), best, likely, State.Down) { Outage = "shop-1", Cause = refused };
        return RecordAsync(
            new ConfigLoaded(At(0), "d", config, "0.1.0", "2026a",
            [
                Summary("shop", ("team", "web")), Summary("api", ("team", "core")),
            ]),
            new WatchStarted(At(0), "run-1", "host"),
            new TimelineRevised(At(1), new ComponentId("shop"), null, At(0), [Up(0)]),
            new TimelineRevised(At(1), new ComponentId("api"), null, At(0), [Up(0)]),
            new StateChanged(At(66), probe, eu, State.Up, State.Down, new Bounds(At(61.204), At(63.310)), refused,
                [new Evidence(At(61.204), At(61.3), eu, "answered", "in 96 ms"), new Evidence(At(63.3), At(63.310), eu, "refused", "connection_refused: no") { Control = "gateway" }]),
            new TimelineRevised(At(66), new ComponentId("shop"), null, At(61.204), [Down(61.204, State.Up, State.Up), Down(62.257, State.Up, State.Down), Down(63.310, State.Down, State.Down)]),
            new TimelineRevised(At(310), new ComponentId("shop"), null, At(300), [Down(300, State.Up, State.Down), Down(302, State.Up, State.Up), Up(304)]),
            new BlipSeen(At(400), probe, eu, State.Down, new Bounds(At(390), At(395)), new Cause(CauseKind.Unexplained, "=cmd()"), []),
            new Watched(At(600), "run-1", []));
    }

    public static Segment Up(double from) => new(At(from), State.Up, State.Up, State.Up);

    private static ComponentSummary Summary(string name, params (string Name, string Value)[] labels) => new(
        new ComponentId(name), ComponentKind.Dapp, labels.ToImmutableSortedDictionary(label => label.Name, label => label.Value), [], ["eu"], Duration.FromSeconds(35));

    public async Task<(int Exit, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using StringWriter output = new(), error = new();
        var screen = new Screen { Out = output, Error = error, IsTerminal = IsTerminal, HasColor = HasColor, Width = Width };
        var context = ReadContext.Of((_, _) => folder, Time, screen);
        var root = new RootCommand { GetVerb.Create(context), ExplainVerb.Create(context), ReportVerb.Create(context), PriceVerb.Create(context), ObjectivesVerb.Create(new Nines.Cli.Config.ConfigSurroundings(), context) };
        var exit = await root.Parse(arguments).InvokeAsync(new InvocationConfiguration { Output = output, Error = error });
        return (exit, output.ToString(), error.ToString());
    }

    public async ValueTask DisposeAsync()
    {
        if (writer is not null) await writer.DisposeAsync();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }
}
