using NodaTime;

namespace Nines.Cli.Demo.Lab;

/// <summary>
/// How long this machine lets something wait that should take a few milliseconds: a pause of our own, and an answer of a node that no fault
/// touches, asked directly. Limits of the demo are below a second; a machine too busy for them makes outages of its own.
/// </summary>
internal sealed class MachinePulse : IAsyncDisposable
{
    /// <summary>From here on what is found may be the machine's doing: a look is several such steps, and has <see cref="DemoConfig.LookLimit"/>.</summary>
    public static readonly Duration Busy = Duration.FromMilliseconds(300);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly CancellationTokenSource stopping = new();
    private readonly Task taking;
    private TimeSpan longest;

    private MachinePulse(Direct direct, LabService node, TimeProvider time) => taking = TakeAsync(direct, node, time, stopping.Token);

    /// <summary>The longest wait so far.</summary>
    public Duration Longest => Duration.FromTimeSpan(longest);

    public static MachinePulse Start(Direct direct, LabService node, TimeProvider time) => new(direct, node, time);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await taking;
        stopping.Dispose();
    }

    private async Task TakeAsync(Direct direct, LabService node, TimeProvider time, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var began = time.GetTimestamp();
            await Task.Delay(Pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var late = time.GetElapsedTime(began) - Pause;
            began = time.GetTimestamp();
            try
            {
                await direct.IsAnsweringAsync(node, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            longest = new[] { longest, late, time.GetElapsedTime(began) }.Max();
        }
    }
}
