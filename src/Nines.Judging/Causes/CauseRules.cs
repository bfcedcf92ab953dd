using System.Collections.Immutable;
using System.Globalization;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Core.Observations;
using Nines.Core.Timelines;

namespace Nines.Judging.Causes;

/// <summary>
/// The rules that name a cause, in the order in which they are tried; the first that holds gives it. Each rests on what was observed. What none
/// supports is unexplained (TRUTH 13). What only shows in time, upstream and overruns, is decided where timelines are: <see cref="Gates"/>, <see cref="Scope"/>.
/// </summary>
internal static class CauseRules
{
    /// <summary>The code of the cause where requests surge. By itself it says nothing of why users are not served.</summary>
    public const string Surge = "request_surge";

    public const string DenialOfService = "denial_of_service";

    /// <summary>RFC 9110 section 15.6: a 5xx is the server's own word that it erred; of 503 (15.6.4) it leaves open whether that is overload or maintenance.</summary>
    private const int ServiceUnavailable = 503;

    private static readonly ImmutableArray<CauseRule> All =
    [
        BySignal("security", CauseKind.Security, ProbeTells.Security),
        new(DenialOfService, CauseKind.Security, sight => sight.Tells(ProbeTells.DenialOfService) ? $"{sight.Probe.Id} tells of one" : null,
            _ => "no probe that tells of one was broken here; a surge of requests is looked for beside refusals"),
        BySignal("maintenance", CauseKind.Maintenance, ProbeTells.Maintenance),
        BySignal("consensus", CauseKind.Consensus, ProbeTells.Consensus),
        BySignal("congestion", CauseKind.Congestion, ProbeTells.Congestion),
        new("technical", CauseKind.Technical, TechnicalFault, WhyNotTechnical),
    ];

    /// <returns>The cause, and which rules were tried for it with what result.</returns>
    public static (Cause Cause, ImmutableArray<Reason> Reasons) Explain(Sight sight, string because)
    {
        var kind = CauseKind.Unexplained;
        string? code = null;
        var reasons = ImmutableArray.CreateBuilder<Reason>(All.Length);
        foreach (var rule in All)
        {
            if (rule.Holds(sight) is not { } why)
            {
                reasons.Add(new Reason(rule.Name, false, rule.Otherwise(sight)));
                continue;
            }
            reasons.Add(new Reason(rule.Name, true, why));
            kind = rule.Kind;
            if (rule.Name == DenialOfService) code = DenialOfService;
            break;
        }
        return (new Cause(kind, because) { Code = code ?? CodeOf(sight, kind) }, reasons.ToImmutable());
    }

    /// <summary>True when a single observation will do: it is evidence of security.</summary>
    public static bool IsSecurity(Sight sight) => sight.Evidence(CauseKind.Security) is not null || sight.Tells(ProbeTells.Security) || sight.Tells(ProbeTells.DenialOfService);

    /// <summary>
    /// Denial of service: while requests surge, as one probe of the component saw, another is refused as those are who ask what cannot take more.
    /// Either alone is not: a surge that is served is a good day, and a refusal without one has other reasons.
    /// </summary>
    /// <param name="found">What the component is put down to otherwise.</param>
    /// <param name="beside">The causes of everything else that is not up at the same time.</param>
    public static Cause Together(Cause found, IEnumerable<Cause> beside)
    {
        if (found.Kind is CauseKind.Security or CauseKind.Upstream) return found;
        var all = beside.ToArray();
        var surge = found.Code == Surge ? found : Array.Find(all, cause => cause.Code == Surge);
        var refused = Refusals.IsOverload(found.Code) ? found : Array.Find(all, cause => Refusals.IsOverload(cause.Code));
        return surge is null || refused is null ? found
            : new Cause(CauseKind.Security, $"requests surge ({surge.Because}) and are refused ({refused.Because})") { Code = DenialOfService };
    }

    private static CauseRule BySignal(string name, CauseKind kind, ProbeTells told) => new(name, kind,
        sight => sight.Evidence(kind) is { } signal ? $"{signal.Name} is evidence of it" : sight.Tells(told) ? $"the config says that {sight.Probe.Id} tells of it" : null,
        sight => Lacks(sight, name));

    private static string? TechnicalFault(Sight sight) => sight.Outcome switch
    {
        Outcome.Refused refused => Refusals.Shows(refused.Code) is { } shows ? $"{refused.Code}: {shows}" : null,
        Outcome.TimedOut => null,
        _ when sight.Status is >= 500 and not ServiceUnavailable => $"status {sight.Status}: the server says itself that it failed",
        _ => sight.Evidence(CauseKind.Technical) is { } signal ? $"{signal.Name} is evidence of it" : sight.Tells(ProbeTells.Technical) ? $"the config says that {sight.Probe.Id} tells of it" : null,
    };

    private static string WhyNotTechnical(Sight sight) => sight.Outcome switch
    {
        Outcome.Refused refused => $"{refused.Code}: {Refusals.ShowsNothing(refused.Code)}",
        Outcome.TimedOut => "silence alone says nothing about why",
        _ when sight.Status == ServiceUnavailable => "status 503 says overload or maintenance, and not which",
        _ => Lacks(sight, "technical"),
    };

    private static string Lacks(Sight sight, string what) => sight.Outcome switch
    {
        Outcome.Refused => "a refusal is no evidence of it",
        Outcome.TimedOut => "nothing was answered",
        _ when sight.Signals.Any(one => one.Value.IsMissing) => $"{string.Join(", ", sight.Signals.Where(one => one.Value.IsMissing).Select(one => one.Signal.Name))} was missing, which is no evidence of it",
        _ => $"{string.Join(", ", sight.Signals.Select(one => one.Signal.Name).Distinct())} is no evidence of {what}",
    };

    /// <summary>What broke: the signal that gave the kind, else the first that the condition mentions. A status of HTTP is a word of its own.</summary>
    private static string? CodeOf(Sight sight, CauseKind kind)
    {
        switch (sight.Outcome)
        {
            case Outcome.Refused refused:
                return refused.Code;
            case Outcome.TimedOut late:
                return $"timed_out_{late.Phase}";
        }
        if (sight.Probe.Tells == ProbeTells.Surge) return Surge;
        if (sight.Signals.IsEmpty) return null;
        var signal = sight.Signals.FirstOrDefault(one => one.Signal == sight.Evidence(kind), sight.Signals[0]).Signal;
        return signal.Name == Sight.StatusSignal && sight.Status is { } status ? string.Create(CultureInfo.InvariantCulture, $"status_{status}") : signal.Name;
    }
}
