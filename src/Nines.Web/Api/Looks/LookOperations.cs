using System.Collections.Immutable;
using Nines.Core.Components;
using Nines.Core.Control;
using Nines.Core.Network;
using Nines.Core.Time;
using Nines.Web.Access;
using Nines.Web.Api.Documents;
using NodaTime;

namespace Nines.Web.Api.Looks;

/// <summary>Looks that people ask for: at something that need not be in the config, to try a probe before it is written down, and at a component that is watched.</summary>
public sealed class LookOperations(ConsoleOptions console, Commands commands) : IDisposable
{
    /// <summary>Kinds of probe that a single line describes and that only look. Each reaches out by the path that keeps to <see cref="LookOrder.Reach"/>.</summary>
    public static readonly ImmutableArray<string> Types = ["beacon", "bitcoin", "cometbft", "evm", "http", "solana", "tcp", "websocket"];

    private const int MostAtOnce = 4, MostConditions = 20, LongestText = 2_000;
    private static readonly Duration Longest = Duration.FromSeconds(30);

    private readonly SemaphoreSlim room = new(MostAtOnce);

    /// <exception cref="ApiProblem">The order cannot be used, the caller may look nowhere, or others look already.</exception>
    public async Task<LooksDocument> LookAsync(LookBody body, Caller caller, CancellationToken cancellation)
    {
        if (console.Look is not { } look) throw new ApiProblem(503, "NIN4342", "The watch is out of reach", "This server looks at nothing by itself.", "Ask the one that 'nines up' runs.");
        // Who lets people look at the console without knowing them does not lend them his network.
        if (caller.Proof == Proof.None) throw Routing.ApiProblems.Of(401);
        var reach = console.Access().Look.RuleFor(caller.Role);
        if (reach.Allowed.IsEmpty && reach.Blocks.IsEmpty) throw new ApiProblem(403, "NIN4341", "Not allowed", "Your role may have a probe look nowhere.", "Ask somebody who may give you another role.");
        var order = Check(body, reach);
        if (!await room.WaitAsync(TimeSpan.Zero, cancellation))
            throw new ApiProblem(429, "NIN4339", "Too many requests", "As many looks run as may at a time.", "Wait as long as Retry-After says.") { RetryAfter = TimeSpan.FromSeconds(5) };
        try
        {
            return await look(order, cancellation);
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>Has a component that is watched looked at now, beside the regular schedule; waits until all have looked, or a while.</summary>
    /// <param name="probe">Only by this probe of it; null for all.</param>
    /// <exception cref="ApiProblem">There is no such component or probe, nothing looks at it, it was looked at only just now, or the watch is out of reach.</exception>
    public async Task<AskedLooksDocument> AskAsync(ComponentId id, string? probe, Caller caller, CancellationToken cancellation)
    {
        await RequireWatchedAsync(id, cancellation);
        var told = await commands.TellAsync(new ControlCommand.Look(id, probe), caller, cancellation);
        return told.Looks ?? throw new ApiProblem(503, "NIN4342", "The watch is out of reach", string.Join(' ', told.Lines), "Ask again in a moment.");
    }

    /// <summary>What came of the last look that somebody asked for, as far as it has come by now.</summary>
    /// <exception cref="ApiProblem">There is no such component, or nobody has asked since the watch started.</exception>
    public async Task<AskedLooksDocument> LastAsync(ComponentId id, CancellationToken cancellation)
    {
        await RequireWatchedAsync(id, cancellation);
        return console.LastLooks(id) ?? throw ApiProblem.NotFound("NIN4330", "Nothing there", $"Nobody has had '{id}' looked at since the watch started.", "Ask for a look first (POST).");
    }

    public void Dispose() => room.Dispose();

    private Task<bool> RequireWatchedAsync(ComponentId id, CancellationToken cancellation) => console.Ledger.ReadAsync(ledger => ledger.Find(id) is { InConfig: true } ? true
        : throw ApiProblem.NotFound("NIN4006", "No such component in the config", $"The config on record has no component '{id}'.{Nines.Core.DidYouMean.Sentence(id.Value, ledger.Components.Select(component => component.Id.Value))}"), cancellation);

    private static LookOrder Check(LookBody body, AddressRule reach)
    {
        if (!Types.Contains(body.Type)) throw ApiProblem.Member("$.type", $"is not a kind of probe that can be tried here: {string.Join(", ", Types)}.{Nines.Core.DidYouMean.Sentence(body.Type, Types)}");
        if (body.Target.Length is 0 or > LongestText || body.Target.Any(char.IsControl)) throw ApiProblem.Member("$.target", FormattableString.Invariant($"is not a text of 1 to {LongestText} characters."));
        var conditions = body.Conditions ?? [];
        if (conditions.Length > MostConditions || conditions.Any(condition => condition is not { Length: > 0 and <= LongestText })) throw ApiProblem.Member("$.conditions", FormattableString.Invariant($"are not at most {MostConditions} texts of 1 to {LongestText} characters."));
        var timeout = Duration.FromSeconds(5);
        if (body.Timeout is { } text && !DurationText.TryParse(text, out timeout, out var wrong)) throw ApiProblem.Member("$.timeout", wrong);
        if (timeout <= Duration.Zero || timeout > Longest) throw ApiProblem.Member("$.timeout", "is not between 0s and 30s.");
        return new LookOrder(body.Type, body.Target, conditions, timeout, reach);
    }
}

/// <param name="Type">http, tcp, evm, …</param>
/// <param name="Target">What stands behind the type in a config: a URL, or host and port.</param>
/// <param name="Conditions">As in a config; the type's own when there are none.</param>
/// <param name="Timeout">5s when it is not there; at most 30s.</param>
public sealed record LookBody(string Type, string Target, ImmutableArray<string>? Conditions = null, string? Timeout = null);

/// <param name="Probe">Only by this probe of the component; all of them when it is not there.</param>
public sealed record AskedLookBody(string? Probe = null);

/// <summary>A look as it is to be done.</summary>
/// <param name="Reach">Which addresses may be connected to.</param>
public sealed record LookOrder(string Type, string Target, ImmutableArray<string> Conditions, Duration Timeout, AddressRule Reach);

/// <summary>Looks once, and keeps nothing.</summary>
/// <exception cref="ApiProblem">The config's own reader refuses the entry; its mistakes are told.</exception>
public delegate Task<LooksDocument> LookOnce(LookOrder order, CancellationToken cancellation);
