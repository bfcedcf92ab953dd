using System.Diagnostics;

namespace Nines.Testing;

/// <summary>
/// How tests wait for what is to come. What comes is waited for no longer than it takes; what does not come is a failure, and a machine that
/// does other things meanwhile is no reason for one.
/// </summary>
public static class Patience
{
    public static readonly TimeSpan Most = TimeSpan.FromSeconds(120);

    /// <param name="said">More about what was there instead.</param>
    /// <param name="pause">Between two looks; 20 ms when null.</param>
    /// <exception cref="TimeoutException">It did not come within <see cref="Most"/>.</exception>
    public static async Task UntilAsync(string what, Func<Task<bool>> isSo, Func<string>? said = null, TimeSpan? pause = null, CancellationToken cancellation = default)
    {
        var began = Stopwatch.GetTimestamp();
        while (!await isSo())
        {
            if (Stopwatch.GetElapsedTime(began) > Most) throw new TimeoutException($"Not within {Most.TotalSeconds} s: {what}. {said?.Invoke()}");
            await Task.Delay(pause ?? TimeSpan.FromMilliseconds(20), TimeProvider.System, cancellation);
        }
    }

    public static Task UntilAsync(string what, Func<bool> isSo, Func<string>? said = null, TimeSpan? pause = null, CancellationToken cancellation = default) =>
        UntilAsync(what, () => Task.FromResult(isSo()), said, pause, cancellation);
}
