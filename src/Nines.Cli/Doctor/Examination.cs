using System.Collections.Immutable;

namespace Nines.Cli.Doctor;

/// <summary>All checks, side by side.</summary>
internal static class Examination
{
    public static IEnumerable<HealthCheck> ChecksOf(Patient patient) =>
        ClockChecks.Of(patient).Concat(DiskChecks.Of(patient)).Concat(NetworkChecks.Of(patient)).Concat(SystemChecks.Of(patient));

    /// <param name="done">Told after each check how many are done, and which are not.</param>
    /// <returns>What they found, in the order of the checks.</returns>
    public static async Task<ImmutableArray<Finding>> RunAsync(IEnumerable<HealthCheck> checks, TimeProvider time, Action<int, IReadOnlyCollection<string>> done, CancellationToken cancellation)
    {
        var all = checks.ToList();
        var waiting = all.Select(check => check.Name).ToList();
        var gate = new Lock();
        var found = await Task.WhenAll(all.Select(async check =>
        {
            var findings = await check.RunAsync(time, cancellation);
            lock (gate)
            {
                waiting.Remove(check.Name);
                done(all.Count - waiting.Count, waiting);
            }
            return findings;
        }));
        return [.. found.SelectMany(findings => findings)];
    }
}
