using Nines.Cli.Demo.Script;
using Nines.Cli.Demo.Watch;
using Nines.Core;
using Nines.Core.Time;
using Nines.Ledger.Text;
using NodaTime;
using Spectre.Console;

namespace Nines.Cli.Demo.View;

/// <summary>The demo on a terminal: components and faults in tables that are drawn anew four times a second.</summary>
internal static class LiveView
{
    private const int BarWidth = 40;

    /// <summary>Lines that are not rows: two titles, two heads, the borders, the progress.</summary>
    private const int Borders = 12;

    private static readonly TimeSpan DrawEvery = TimeSpan.FromMilliseconds(250);

    public static async Task ShowAsync(TextWriter output, DemoBoard board, JournalView view, WatchClock clock, CancellationToken stop)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        await console.Live(new Text("")).AutoClear(true).StartAsync(async live =>
        {
            while (!stop.IsCancellationRequested)
            {
                var lines = await view.LookAsync(ComponentLine.Of, CancellationToken.None);
                live.UpdateTarget(Draw(board, lines, clock.Now, console.Profile.Height));
                await Task.Delay(DrawEvery, clock.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        });
    }

    private static Rows Draw(DemoBoard board, IReadOnlyList<ComponentLine> lines, Instant now, int height)
    {
        var faults = board.Snapshot();
        // What does not fit would be cut off below, and with it the faults that are on.
        var fits = lines.Count + faults.Count + Borders <= height;
        return new(Components(lines, now), Faults(fits ? faults : [.. faults.Where(fault => fault.Phase == FaultPhase.On)], now), Progress(board, faults, now));
    }

    private static Table Components(IReadOnlyList<ComponentLine> lines, Instant now)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("measured by nines up").Expand().AddColumns("component", "state", "for", "cause");
        table.Columns[3].NoWrap();
        foreach (var line in lines)
            table.AddRow(
                new Text(line.Component.Value),
                new Markup($"[{Color(line.State)}]{line.State.Word()}[/]"),
                new Text(line.Since is { } since ? SpokenDuration.Of(Duration.FromSeconds((long)Duration.Max(Duration.Zero, now - since).TotalSeconds)) : ""),
                new Text(line.Cause).Overflow(Overflow.Ellipsis));
        return table;
    }

    private static Table Faults(IReadOnlyList<(StagedFault Fault, FaultPhase Phase, Instant Since)> faults, Instant now)
    {
        var table = new Table().Border(TableBorder.Rounded).Title("really done").Expand().AddColumns("fault", "what is done", "");
        foreach (var (fault, phase, since) in faults)
            table.AddRow(new Text(fault.Name), new Text(fault.Does), phase switch
            {
                FaultPhase.Waiting => new Markup("[grey]to come[/]"),
                FaultPhase.On => new Markup($"[red]on for {(now - since).TotalSeconds:0} s[/]"),
                FaultPhase.Done => new Markup("[green]over[/]"),
            });
        return table;
    }

    private static Markup Progress(DemoBoard board, IReadOnlyList<(StagedFault Fault, FaultPhase Phase, Instant Since)> faults, Instant now)
    {
        var share = Math.Clamp((now - board.Began) / board.Length, 0, 0.99);
        var done = (int)(share * BarWidth);
        return new Markup($"[blue]{new string('█', done)}[/][grey]{new string('░', BarWidth - done)}[/] {(now - board.Began).TotalSeconds:0} s of about {board.Length.TotalSeconds:0} s, {faults.Count(fault => fault.Phase == FaultPhase.Done)} of {faults.Count} faults over");
    }

    private static string Color(State state) => state switch
    {
        State.Up => "green",
        State.Degraded => "yellow",
        State.EffectivelyDown or State.Down => "red",
        State.Unknown => "grey",
        State.Maintenance => "blue",
    };
}
