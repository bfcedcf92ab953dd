using System.Collections.Immutable;
using System.CommandLine;
using Nines.Cli.Output;
using Nines.Core;
using Nines.Ledger;
using Nines.Ledger.Policies;

namespace Nines.Cli.Verbs;

/// <summary>The <c>--policy</c> option: one or more names, of shipped policies or of those in the config on record.</summary>
internal static class PolicyOption
{
    private const int Most = 20;

    public static Option<string[]> Create(string about = "How states count; several, by commas or repeated, are compared; else the config's policy")
    {
        var option = new Option<string[]>("--policy") { Description = about, HelpName = "NAME" };
        option.CompletionSources.Add([.. ShippedPolicies.All.Select(policy => policy.Name)]);
        option.CompletionSources.Add(Suggestions.Policies);
        return option;
    }

    /// <summary>For what is reckoned under one policy: <see cref="ReadOne"/>.</summary>
    public static Option<string[]> CreateOne() => Create("How states count; else the config's policy");

    /// <returns>One or more, each once, in the order given.</returns>
    /// <exception cref="Fault">NIN4015: there is none of a name. NIN4018: more than can be laid side by side.</exception>
    public static ImmutableArray<Policy> Read(ParseResult parsed, Option<string[]> option, LedgerProjection ledger)
    {
        var names = (parsed.GetValue(option) ?? []).SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)).Distinct().ToList();
        if (names.Count > Most) throw new Fault("NIN4018", ExitCode.CalledWrong, $"--policy: {names.Count} policies cannot be read side by side. Name at most {Most}.");
        if (names.Count > 0) return [.. names.Select(name => ledger.FindPolicy(name) ?? throw Unknown("--policy: there is no policy", name, ledger))];
        var named = ledger.DefaultPolicy ?? ShippedPolicies.Strict.Name;
        return [ledger.FindPolicy(named) ?? throw Unknown("policy: the config on record names what this version does not have:", named, ledger)];
    }

    /// <summary>For what is made under one policy.</summary>
    /// <exception cref="Fault">NIN4293: several were named. And as <see cref="Read"/>.</exception>
    public static Policy ReadOne(ParseResult parsed, Option<string[]> option, LedgerProjection ledger) => Read(parsed, option, ledger) is [var only] ? only
        : throw new Fault("NIN4293", ExitCode.CalledWrong, "--policy: this is made under one policy, and several were named. `nines report --policy A,B` lays availability side by side, `nines price --policy A,B` losses.");

    private static Fault Unknown(string what, string name, LedgerProjection ledger)
    {
        string[] known = [.. ShippedPolicies.All.Concat(ledger.OwnPolicies).Select(policy => policy.Name)];
        return new Fault("NIN4015", ExitCode.CalledWrong, $"{what} '{name}'.{DidYouMean.Sentence(name, known)} `nines get policies` lists them; choose with --policy.");
    }
}
