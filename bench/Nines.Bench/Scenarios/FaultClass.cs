using System.Text.RegularExpressions;
using Nines.Core.Facts;

namespace Nines.Bench.Scenarios;

/// <summary>
/// What kind of fault the evidence names, as <c>nines explain outage</c> prints it: a refusal's code, the phase of a time-out, the status, the
/// response code, the text that is or is not there, or else the signal of the broken condition.
/// </summary>
internal static partial class FaultClass
{
    public static string Of(StateChanged change)
    {
        var evidence = change.Evidence[^1];
        var because = change.Because?.Because ?? "";
        return evidence.Outcome switch
        {
            "refused" => evidence.Detail.Split(':')[0],
            "timed_out" => $"timeout:{evidence.Detail.Split("hung in ")[^1]}",
            _ when Status().Match(because) is { Success: true } status => $"http:{status.Groups[1].Value}",
            _ when Content().Match(because) is { Success: true } content => $"content:{content.Groups[1].Value}",
            _ when Rcode().Match(because) is { Success: true } rcode => $"dns:{rcode.Groups[1].Value}",
            _ => Signal().Match(because) is { Success: true } signal ? signal.Groups[1].Value : because,
        };
    }

    [GeneratedRegex("status was ([0-9]+)")]
    private static partial Regex Status();

    [GeneratedRegex("^(?:not )?body contains \"([^\"]+)\"")]
    private static partial Regex Content();

    [GeneratedRegex("rcode was \"?([A-Z]+)")]
    private static partial Regex Rcode();

    [GeneratedRegex("^(?:not )?([a-z_]+)")]
    private static partial Regex Signal();
}
