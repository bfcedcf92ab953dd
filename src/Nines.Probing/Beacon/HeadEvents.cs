using Nines.Chains.Beacon;
using Nines.Probing.Paths;
using NodaTime;

namespace Nines.Probing.Beacon;

/// <summary>Holds a node's event stream open, for <see cref="HeadTimes"/>.</summary>
internal sealed class HeadEvents : IAsyncDisposable
{
    private static readonly TimeSpan FirstRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan AttemptLimit = TimeSpan.FromSeconds(10);

    private readonly BeaconEndpoint endpoint;
    private readonly ProbeEnvironment environment;
    private readonly CancellationTokenSource stopping = new();
    private readonly HeadTimes times;
    private readonly Task listening;

    public HeadEvents(BeaconEndpoint endpoint, ProbeEnvironment environment, BeaconTime time)
    {
        (this.endpoint, this.environment, times) = (endpoint, environment, new HeadTimes(time));
        listening = Task.Run(() => ListenAsync(stopping.Token));
    }

    public HeadTimes.View Look() => times.Look(environment.Now());

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        await listening.ConfigureAwait(false);
        stopping.Dispose();
    }

    /// <summary>Whenever the stream ends it is opened again, ever more slowly while it cannot be had.</summary>
    private async Task ListenAsync(CancellationToken stop)
    {
        var rest = FirstRest;
        while (!stop.IsCancellationRequested)
        {
            var since = environment.Time.GetTimestamp();
            try
            {
                await ListenOnceAsync(stop).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or OperationCanceledException)
            {
                // No stream is no news: looks tell whether the node answers.
            }
            catch (Exception defect) when (defect is not OutOfMemoryException)
            {
                environment.Troubled("the event stream of a beacon node", defect);
            }
            if (environment.Time.GetElapsedTime(since) > LongestRest) rest = FirstRest;
            await Task.Delay(rest, environment.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            rest = rest * 2 < LongestRest ? rest * 2 : LongestRest;
        }
    }

    private async Task ListenOnceAsync(CancellationToken stop)
    {
        using var attempt = new CancellationTokenSource(AttemptLimit, environment.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, attempt.Token);
        var trip = new Trip(limit.Token);
        var (http, client) = endpoint.Open(() => trip);
        using var owned = http;
        using var response = await client.SubscribeAsync(limit.Token).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode) return;
        using var stream = await response.Content.ReadAsStreamAsync(limit.Token).ConfigureAwait(false);
        var reader = new BeaconEventReader(stream);
        while (await reader.ReadAsync(stop).ConfigureAwait(false) is { } told) times.Take(told, environment.Now());
    }
}
