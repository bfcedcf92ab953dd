using Nines.Cli.Demo.Script;
using Nines.Cli.Demo.Watch;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Time;
using Nines.Ledger.Text;

namespace Nines.Cli.Demo.View;

/// <summary>The demo without a terminal: a line for each change.</summary>
internal static class PlainView
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    public static async Task ShowAsync(TextWriter output, DemoBoard board, JournalView view, WatchClock clock, CancellationToken stop)
    {
        var states = new Dictionary<ComponentId, State>();
        var phases = new Dictionary<StagedFault, FaultPhase>();
        while (!stop.IsCancellationRequested)
        {
            foreach (var (fault, phase, since) in board.Snapshot())
            {
                if (phase == phases.GetValueOrDefault(fault)) continue;
                phases[fault] = phase;
                await output.WriteLineAsync($"{InstantText.TimeOf(since)}  {(phase == FaultPhase.On ? "fault on:  " : "fault over:")} {fault.Name} ({fault.Does})");
            }
            foreach (var line in await view.LookAsync(ComponentLine.Of, CancellationToken.None))
            {
                if (states.TryGetValue(line.Component, out var before) && before == line.State) continue;
                states[line.Component] = line.State;
                await output.WriteLineAsync($"{InstantText.TimeOf(clock.Now)}    {line.Component} is {line.State.Word()}{(line.Cause.Length > 0 ? $": {line.Cause}" : "")}");
            }
            await Task.Delay(LookEvery, clock.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
