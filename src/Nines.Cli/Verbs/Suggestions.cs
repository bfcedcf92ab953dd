using System.CommandLine;
using System.CommandLine.Completions;
using Nines.Backbone.Journal;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Output;
using Nines.Ledger.Snapshots;

namespace Nines.Cli.Verbs;

/// <summary>
/// What a shell may offer next out of the config and the record in reach. Whoever presses Tab is told nothing of what is wrong with
/// them: then nothing is offered.
/// </summary>
internal static class Suggestions
{
    /// <summary>More help nobody, and shells ask before they show them.</summary>
    private const int Most = 1_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Names of components, as the config has them.</summary>
    public static IEnumerable<string> Components(CompletionContext context) => Offer(context, () => ParsedConfig(context)?.ComponentNames ?? []);

    /// <summary>Names of policies of the config's own.</summary>
    public static IEnumerable<string> Policies(CompletionContext context) => Offer(context, () => ParsedConfig(context)?.PolicyNames ?? []);

    /// <summary>Names of objectives, as the config has them.</summary>
    public static IEnumerable<string> Objectives(CompletionContext context) => Offer(context, () => ParsedConfig(context)?.ObjectiveNames ?? []);

    /// <summary>Names of contracts, as the config has them.</summary>
    public static IEnumerable<string> Contracts(CompletionContext context) => Offer(context, () => ParsedConfig(context)?.ContractNames ?? []);

    /// <summary>Names of outages on record, the latest first.</summary>
    /// <param name="open">Only those that are open.</param>
    public static Func<CompletionContext, IEnumerable<string>> Outages(ReadContext reading, bool open) => context => Offer(context, () =>
    {
        var folder = reading.DataFolder(context.ParseResult.GetResult("--data") is { } given ? given.Tokens.FirstOrDefault()?.Value : null, ConfigFile(context));
        return Task.Run(async () =>
        {
            await using var journal = await reading.OpenJournal(folder, CancellationToken.None);
            var ledger = await LedgerSnapshot.LoadAsync(journal, folder, CancellationToken.None);
            return ledger.Components.SelectMany(component => component.Outages.Concat(component.RegionalOutages))
                .Where(outage => !open || outage.IsOpen).OrderByDescending(outage => outage.LikelyBegan).Select(outage => outage.Id).ToList();
        }).WaitAsync(Patience, reading.Time).GetAwaiter().GetResult();
    });

    private static IEnumerable<string> Offer(CompletionContext context, Func<IEnumerable<string>> find)
    {
        // Asked for by a shell; everybody else wants to know what a call may hold, whatever the config has.
        if (context is not TextCompletionContext) return [];
        try
        {
            return [.. find().Where(name => name.StartsWith(context.WordToComplete, StringComparison.Ordinal)).Take(Most)];
        }
        catch (Exception unreachable) when (unreachable is Fault or JournalException or IOException or UnauthorizedAccessException or TimeoutException)
        {
            return [];
        }
    }

    private static ParsedConfig? ParsedConfig(CompletionContext context) =>
        ConfigFile(context) is var file && file != ConfigFiles.Stdin && ConfigFiles.Open(file, out _) is { } files ? ConfigLoader.Parse(files) : null;

    private static string ConfigFile(CompletionContext context) => context.ParseResult.GetResult("--config") is { Tokens: [{ Value: var file }, ..] } ? file : ConfigOption.InReach;
}
