using System.Net;
using NodaTime;

namespace Nines.Web.Health;

/// <summary>What came of calling the outside watch.</summary>
public abstract record SelfCheckCall
{
    private SelfCheckCall() { }

    public sealed record Accepted : SelfCheckCall;

    /// <summary>It answered, but not with a success.</summary>
    public sealed record Rejected(HttpStatusCode Status) : SelfCheckCall;

    /// <summary>It could not be reached, or did not answer in time.</summary>
    public sealed record Unreached(string Why) : SelfCheckCall;

    /// <summary>In words, without the address.</summary>
    public string Text => this switch
    {
        Accepted => "accepted",
        Rejected rejected => FormattableString.Invariant($"answered {(int)rejected.Status}"),
        Unreached unreached => unreached.Why,
        _ => throw new InvalidOperationException("SelfCheckCall is a closed hierarchy."),
    };
}

/// <summary>
/// Who watches the watcher: calls an outside dead man's switch while this process really watches, and falls silent when it does not, so
/// that the outside raises the alarm. The URL is a secret.
/// </summary>
public sealed class SelfCheck : IDisposable
{
    /// <summary>A failure is not said again before this.</summary>
    public static readonly Duration SayAgainAfter = Duration.FromMinutes(5);

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Limit };
    private readonly Uri url;
    private readonly TimeProvider time;
    private long? said;

    /// <param name="url">http or https.</param>
    public SelfCheck(Uri url, TimeProvider time)
    {
        (this.url, this.time) = (url, time);
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "nines");
    }

    public void Dispose() => client.Dispose();

    /// <summary>Calls at once and then at every interval, while <paramref name="status"/> is that of a watch that is ready; until it is stopped.</summary>
    /// <param name="say">Takes a line for the operator, without the address.</param>
    public async Task RunAsync(Duration every, Func<WatchStatus?> status, Action<string> say, CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(every.ToTimeSpan(), time);
        try
        {
            do
            {
                if (await StepAsync(status(), stopping) is { } trouble) Say(trouble, say);
            }
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }
    }

    /// <summary>Calls once, whatever the watch does.</summary>
    public async Task<SelfCheckCall> CallAsync(CancellationToken cancellation)
    {
        try
        {
            using var answer = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return answer.IsSuccessStatusCode ? new SelfCheckCall.Accepted() : new SelfCheckCall.Rejected(answer.StatusCode);
        }
        catch (HttpRequestException failed)
        {
            // The message of the request itself names the host; what is under it says why.
            return new SelfCheckCall.Unreached($"could not be reached ({failed.HttpRequestError})");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new SelfCheckCall.Unreached($"did not answer within {Limit.TotalSeconds:0} s");
        }
    }

    /// <returns>What the operator should know; null when all is well, and while Nines starts.</returns>
    private async Task<string?> StepAsync(WatchStatus? status, CancellationToken stopping)
    {
        if (status is null) return null;
        var readiness = Readiness.Of(status);
        if (!readiness.IsReady) return $"The outside watch is not called while this one does not work: {string.Join("; ", readiness.Lines)}.";
        if (await CallAsync(stopping) is var call && call is SelfCheckCall.Accepted)
        {
            said = null;
            return null;
        }
        return $"self_check: the outside watch {call.Text}. Watching is not affected, but the outside may raise an alarm.";
    }

    private void Say(string trouble, Action<string> say)
    {
        if (said is { } before && time.GetElapsedTime(before) < SayAgainAfter.ToTimeSpan()) return;
        said = time.GetTimestamp();
        say(trouble);
    }
}
