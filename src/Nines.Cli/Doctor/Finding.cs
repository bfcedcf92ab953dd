namespace Nines.Cli.Doctor;

/// <summary>How a check went. Later is worse.</summary>
internal enum Verdict
{
    Ok,

    /// <summary>It works, and may not for long, or not as well as it could.</summary>
    Warning,

    /// <summary>Watching does not work, or what it says would be wrong.</summary>
    Problem,
}

/// <summary>What a check found.</summary>
/// <param name="What">What was seen, with its figures.</param>
/// <param name="Why">What follows from it; empty for what is in order.</param>
/// <param name="Mend">What to do; empty for what is in order.</param>
internal sealed record Finding(string Check, Verdict Verdict, string What, string Why = "", string Mend = "");

/// <summary>One thing that is looked at. It ends by its limit, and says so when it was not done by then.</summary>
/// <param name="Limit">Time that it has.</param>
internal sealed record HealthCheck(string Name, TimeSpan Limit, Func<CancellationToken, Task<IReadOnlyList<Finding>>> LookAsync)
{
    public static HealthCheck Of(string name, int seconds, Func<CancellationToken, Task<Finding>> look) => new(name, TimeSpan.FromSeconds(seconds), async limit => [await look(limit)]);

    /// <summary>Never throws for what it looks at: what went wrong is what it found.</summary>
    public async Task<IReadOnlyList<Finding>> RunAsync(TimeProvider time, CancellationToken cancellation)
    {
        using var deadline = new CancellationTokenSource(Limit, time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            // Off this thread: a file system that hangs must not hold up the other checks; and what hangs there is left behind.
            return await Task.Run(() => LookAsync(limit.Token), CancellationToken.None).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return [new Finding(Name, Verdict.Problem, $"not done within {Limit.TotalSeconds:0} s", "What it looks at hangs.", "See what holds it up, and run nines doctor again.")];
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException or Backbone.Journal.JournalException or NotSupportedException)
        {
            return [new Finding(Name, Verdict.Problem, Core.Redaction.ByShape.Apply(wrong.Message), "It could not be looked at.", "Mend what it names, and run nines doctor again.")];
        }
    }
}
