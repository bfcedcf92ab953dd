using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Yaml;
using Nines.Core;
using Nines.Ledger;
using Nines.Pricing;
using Nines.Pricing.Plan;
using Nines.Pricing.Profiles;

namespace Nines.Cli.Config;

/// <summary>Reads and checks the group <c>pricing</c>, and the files that it names.</summary>
internal static class PricingReader
{
    public static PricingOptions? Read(Binder binder, YamlTree group)
    {
        if (binder.BindRecord(typeof(PricingOptions), group, "pricing") is not PricingOptions options) return null;
        Check(binder, options);
        return options;
    }

    /// <summary>Records what no single value shows to be wrong.</summary>
    public static void Check(Binder binder, PricingOptions options)
    {
        // What seems to be missing may stand there and could not be read: that has been said, and it is the only mistake.
        foreach (var (record, mistake) in PricingPlan.MistakesIn(options).Where(found => found.Mistake.Key.Length > 0 || !binder.Mistakes.HasWithin(binder.PlaceOf(found.Record))).ToList())
            binder.Mistakes.Add(MistakeCode.Combination, mistake.Key.Length == 0 ? binder.PlaceOf(record) : binder.PlaceOf(record, mistake.Key), mistake.Key.Length == 0 ? mistake.Message : $"'{mistake.Key}' {mistake.Message}");
    }

    /// <summary>Records contracts that count with a policy that there is not.</summary>
    public static void CheckPolicies(Binder binder, PricingOptions options, IReadOnlyCollection<string> names)
    {
        foreach (var contract in options.Contracts)
            if (contract.Policy is { } policy && !names.Contains(policy))
                binder.Mistakes.Add(MistakeCode.UnknownName, binder.PlaceOf(contract, "policy"), $"There is no policy {Variables.Show(policy)}.{DidYouMean.Sentence(policy, names)} 'nines get policies' lists them; your own stand under policies.");
    }

    /// <summary>What pricing would meet with these options: a file that cannot be used, and profiles that are not worth having. Watching does not need it.</summary>
    public static IEnumerable<string> ProblemsOf(PricingOptions options)
    {
        PricingPlan plan;
        try
        {
            plan = PricingPlan.Open(options, new LedgerProjection(), ReadFile);
        }
        catch (PricingException problem)
        {
            return [$"Nothing can be priced. {problem.Code}: {problem.Message}"];
        }
        return plan.Models.OfType<IProfiled>().Where(model => model.Profile is { Test.IsBetter: false })
            .Select(model => $"{model.Name}: on held-out weeks its profile is not better than simpler forecasts: {ProfileText.ErrorsOf(model.Profile!.Test!)}.");
    }

    /// <summary>A file that a plan names, within limits.</summary>
    /// <exception cref="PricingException">NIN4253: it cannot be read, or is too large.</exception>
    public static byte[] ReadFile(string path)
    {
        try
        {
            var info = new FileInfo(path);
            if (!info.Exists) throw new PricingException("NIN4253", $"{path}: there is no such file. Paths under pricing are relative to the config that names them.");
            if (info.Length > PlanFiles.MostBytes) throw new PricingException("NIN4253", $"{path}: has {info.Length:N0} bytes; at most {PlanFiles.MostBytes:N0} are read. Make its steps coarser, or its span shorter.");
            return File.ReadAllBytes(path);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException)
        {
            throw new PricingException("NIN4253", $"{path}: cannot be read: {(wrong is UnauthorizedAccessException ? "permission denied, or it is a folder" : "input error")}.");
        }
    }
}
