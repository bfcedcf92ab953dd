using Nines.Cli.Output;
using Nines.Core;
using Nines.Core.Time;
using NodaTime;

namespace Nines.Cli.Demo.Script;

/// <summary>Finds out when something really changed, by looking at it directly and often.</summary>
internal sealed class Witness(WatchClock clock)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(10);
    private static readonly Duration Patience = Duration.FromSeconds(60);

    public Instant Now => clock.Now;
    public TimeProvider Time => clock.Time;

    /// <summary>Does something that is in effect when the call returns.</summary>
    public async Task<Bounds> OfAsync(Func<Task> act)
    {
        var before = clock.Now;
        await act();
        return new Bounds(before, clock.Now);
    }

    /// <summary>Looks until it is <paramref name="wanted"/>: between the start of the last look that found it otherwise and the end of the first that did not.</summary>
    /// <param name="since">Just before the act that is to bring it about.</param>
    /// <exception cref="Fault">It is not so within 20 s.</exception>
    public async Task<Bounds> TurnsAsync(string what, bool wanted, Instant since, Func<CancellationToken, Task<bool>> look, CancellationToken cancellation)
    {
        var earliest = since;
        while (true)
        {
            var started = clock.Now;
            if (await look(cancellation) == wanted) return new Bounds(earliest, clock.Now);
            earliest = started;
            if (started - since > Patience) throw DemoFault.FaultFailed($"{what}: not so within {Patience.TotalSeconds:0} s.");
            await Task.Delay(LookEvery, clock.Time, cancellation);
        }
    }
}
