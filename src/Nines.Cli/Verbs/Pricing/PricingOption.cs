using System.CommandLine;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Output;
using Nines.Ledger;
using Nines.Ledger.Text;
using Nines.Pricing.Plan;

namespace Nines.Cli.Verbs.Pricing;

/// <summary>The <c>--pricing</c> option: where it is said what things cost. Else it is the config in reach.</summary>
internal static class PricingOption
{
    public static Option<string?> Create() => new("--pricing") { Description = "A file with a `pricing:` group; else the config's", HelpName = "FILE" };

    /// <exception cref="Fault">NIN4250: nothing says what things cost, or what says it has mistakes.</exception>
    /// <exception cref="Nines.Pricing.PricingException">A file that it names cannot be used.</exception>
    public static PricingPlan Open(ParseResult parsed, Option<string?> option, LedgerProjection ledger)
    {
        var file = FileOf(parsed, option);
        if (file == ConfigFiles.Stdin) throw new Fault("NIN4250", ExitCode.CalledWrong, "--config -: a config on stdin is read once, for its data folder. Name the pricing with --pricing FILE.");
        if (ConfigFiles.Open(file, out var unreadable) is not { } files)
            throw new Fault("NIN4250", ExitCode.OutOfReach, $"{unreadable!.File}: {unreadable.Message} What things cost stands in the group `pricing` of the config, or of a file that --pricing names.");
        return OptionsIn(files, file) is { } options
            ? PricingPlan.Open(options, ledger, PricingReader.ReadFile)
            : throw new Fault("NIN4250", ExitCode.CalledWrong, $"{file}: has no group `pricing`, so nothing has a price. Add one, such as\n  pricing:\n    losses:\n    - component: {ledger.Components.FirstOrDefault()?.Id.Value ?? "shop"}\n      rate: {{ amount: 1200 USD, per: 1h }}");
    }

    /// <summary>For what is worth something without prices too: null when none were asked for and the config in reach has none.</summary>
    /// <inheritdoc cref="Open"/>
    public static PricingPlan? OpenIfAny(ParseResult parsed, Option<string?> option, LedgerProjection ledger)
    {
        if (parsed.GetValue(option) is not null) return Open(parsed, option, ledger);
        var file = FileOf(parsed, option);
        return file != ConfigFiles.Stdin && ConfigFiles.Open(file, out _) is { } files && OptionsIn(files, file) is { } options ? PricingPlan.Open(options, ledger, PricingReader.ReadFile) : null;
    }

    private static string FileOf(ParseResult parsed, Option<string?> option) => parsed.GetValue(option) ?? parsed.GetValue<string>("--config")!;

    private static PricingOptions? OptionsIn(ConfigFiles files, string file)
    {
        var options = new ConfigLoader(new ConfigSurroundings()).PricingIn(ConfigLoader.Parse(files), out var mistakes);
        if (mistakes.Count > 0) throw new Fault("NIN4250", ExitCode.CalledWrong, $"{file}: its pricing has {Counted.Of(mistakes.Count, "mistake")}.\n{ConfigOption.Listed(mistakes)}");
        return options;
    }
}
