using System.Globalization;
using System.Text.Json;
using Nines.Bench.Processes;
using Nines.Core;
using NodaTime;

namespace Nines.Bench.Truths;

/// <summary>
/// An outage that really was. <see cref="Onset"/> and <see cref="End"/> are the stretches, usually under a millisecond, in which the target changed:
/// a request that arrives after the onset is met by the fault, one that arrives after the end is not.
/// </summary>
internal sealed record TrueOutage(string Component, string Kind, Bounds Onset, Bounds End)
{
    public double Seconds => (End.Midpoint - Onset.Midpoint).TotalSeconds;
}

/// <summary>The targets, which fail by plan and tell when they did.</summary>
internal sealed class TruthWorld(LabService targets, TruthPlan plan) : IAsyncDisposable
{
    public IReadOnlyList<int> Ports { get; } = [.. targets.Ready.GetProperty("ports").EnumerateArray().Select(port => port.GetInt32())];

    public static async Task<TruthWorld> StartAsync(string root, TruthPlan plan) =>
        new(await LabService.StartAsync(root, "httptarget", "--targets", plan.Targets.ToString(CultureInfo.InvariantCulture)), plan);

    /// <summary>Carries the plan out, beginning now.</summary>
    public async Task<IReadOnlyList<TrueOutage>> RunAsync(Action whileRunning)
    {
        var steps = plan.Outages
            .SelectMany(outage => new[] { (At: outage.At, outage, Begins: true), (At: outage.At + outage.Length, outage, Begins: false) })
            .OrderBy(step => step.At).ToArray();
        var began = new Dictionary<PlannedOutage, Bounds>(ReferenceEqualityComparer.Instance);
        var done = new List<TrueOutage>();
        var start = TimeProvider.System.GetTimestamp();
        var told = 0;
        foreach (var (at, outage, begins) in steps)
        {
            var wait = at.ToTimeSpan() - TimeProvider.System.GetElapsedTime(start);
            if (wait > TimeSpan.Zero) await Task.Delay(wait, TimeProvider.System);
            whileRunning();
            var changed = await ChangeAsync(outage.Target, begins ? outage.Kind : "ok");
            if (begins) began.Add(outage, changed);
            else done.Add(new TrueOutage(plan.ComponentOf(outage.Target), outage.Kind.Split('&')[0], began[outage], changed));
            if (at.TotalSeconds < told) continue;
            told += 10;
            Talk.Say(string.Create(CultureInfo.InvariantCulture, $"truth: {at.TotalSeconds:0} of {plan.Window.TotalSeconds:0} s, {began.Count} of {plan.Outages.Count} outages begun"));
        }
        return done;
    }

    public ValueTask DisposeAsync() => targets.DisposeAsync();

    private async Task<Bounds> ChangeAsync(int target, string mode)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var change = (await targets.CommandAsync($"/admin/mode?target={target}&mode={mode}")).GetProperty("changes")[0];
                return new Bounds(At(change, "before_ms"), At(change, "at_ms"));
            }
            catch (InvalidOperationException) when (tries < 20)
            {
                // Somebody else has the port of a target that was closed: it stays down until it can be opened, and the truth is told then.
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }
        }
    }

    private static Instant At(JsonElement change, string name) =>
        Instant.FromUnixTimeTicks((long)(change.GetProperty(name).GetDouble() * NodaConstants.TicksPerMillisecond));
}
