using System.Collections.Immutable;
using Nines.Core;
using Nines.Core.Components;
using Nines.Ledger;
using Nines.Ledger.Availability;
using Nines.Pricing.Contracts;
using Nines.Pricing.Liabilities;
using Nines.Pricing.Losses;
using Nines.Pricing.Money;
using Nines.Pricing.Series;
using NodaTime;

namespace Nines.Pricing.Plan;

/// <summary>A pricing that is ready to be asked: its models are open, their files read.</summary>
public sealed class PricingPlan
{
    private readonly ILookup<ComponentId, LossModel> models;

    private PricingPlan(PricingOptions options, PlanSources sources, ImmutableArray<LossModel> models, string digest) =>
        (Options, Sources, Models, Digest, this.models) = (options, sources, models, digest, models.ToLookup(model => model.Component));

    public PricingOptions Options { get; }
    public PlanSources Sources { get; }
    public ImmutableArray<LossModel> Models { get; }

    /// <summary>SHA-256 of the options and of every file they name, as lower-case hex: figures of the same position, policy and digest are the same.</summary>
    public string Digest { get; }

    public IEnumerable<LossModel> Of(ComponentId component) => models[component];

    /// <param name="ledger">Where outages are learnt from that models leave out of what they learn.</param>
    /// <param name="read">Gives a file's bytes, see <see cref="PlanFiles"/>.</param>
    /// <exception cref="PricingException">A file is missing or cannot be used.</exception>
    public static PricingPlan Open(PricingOptions options, LedgerProjection ledger, Func<string, byte[]> read)
    {
        var files = new PlanFiles(read);
        var rates = RateFile.Open(options.Rates, files);
        // Models learn while they are opened. The plan may live for long, and must neither keep a ledger nor read one that somebody else folds by then.
        LedgerProjection? learnt = ledger;
        var sources = new PlanSources
        {
            Currency = options.Currency,
            Rates = rates,
            Series = new SeriesShelf(options.Series, files),
            Files = files,
            OutagesOf = id => (learnt ?? throw new InvalidOperationException("The plan is open: its models have learnt.")).Find(id) is { } component
                ? Tally.Join(component.Outages.SelectMany(outage => outage.Stretches).Where(stretch => stretch.Segment.Likely.IsDown()).Select(stretch => new Interval(stretch.From, stretch.To)))
                : [],
        };
        var taken = new HashSet<string>(StringComparer.Ordinal);
        ImmutableArray<LossModel> models = [.. options.Losses.SelectMany(loss => loss.Given().Select(model => model.Options.Open(new ModelSetup(loss.Component, NameOf(loss, model.Kind, taken)), sources)))];
        models = [.. models, .. options.Liabilities.Select(liability => new LiabilityModel(new ModelSetup(liability.Component, Free(liability.Name, taken)), liability))];
        learnt = null;
        return new PricingPlan(options, sources, models, files.DigestWith(options));
    }

    private static string NameOf(LossOptions loss, string kind, HashSet<string> taken) => Free(loss.Name ?? $"{loss.Component}-{kind}", taken);

    private static string Free(string name, HashSet<string> taken)
    {
        var free = name;
        for (var number = 2; !taken.Add(free); number++) free = $"{name}-{number}";
        return free;
    }

    /// <summary>What is wrong with options before any file is read: the path of the key below <c>pricing</c>, and the message.</summary>
    public static IEnumerable<(object Record, PlanMistake Mistake)> MistakesIn(PricingOptions options)
    {
        foreach (var rate in options.Rates?.Days ?? [])
            if (rate.Rate <= 0) yield return (rate, new PlanMistake("rate", $"is {rate.Rate}. A rate is above 0."));
        var series = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in options.Series)
        {
            if (!series.Add(one.Name)) yield return (one, new PlanMistake("name", $"is '{one.Name}', and there is another series of that name. Names are unique."));
            foreach (var mistake in one.Mistakes()) yield return (one, mistake);
        }
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var loss in options.Losses)
        {
            if (loss.Name is { } name && !names.Add(name)) yield return (loss, new PlanMistake("name", $"is '{name}', and so is another loss's. Names are unique."));
            var given = loss.Given().ToList();
            if (given.Count != 1)
                yield return (loss, new PlanMistake("", given.Count == 0
                    ? $"This loss has no model. Give it one of {string.Join(", ", LossOptions.Kinds)}."
                    : $"A loss has one model; this one has {string.Join(" and ", given.Select(model => model.Kind))}. Make them two items of the list: they add up."));
            foreach (var (_, model) in given)
            {
                foreach (var mistake in model.Mistakes()) yield return (model, mistake);
                foreach (var (key, named) in model.NamedSeries.Where(one => !series.Contains(one.Series)))
                    yield return (model, new PlanMistake(key, $"names '{named}', and there is no such series under pricing.series.{DidYouMean.Sentence(named, series)}"));
            }
        }
        foreach (var mistake in ContractMistakes.In(options.Contracts)) yield return mistake;
        foreach (var liability in options.Liabilities)
        {
            if (!names.Add(liability.Name)) yield return (liability, new PlanMistake("name", $"is taken: there is another loss or liability '{liability.Name}'. Names are unique."));
            foreach (var mistake in liability.Mistakes()) yield return mistake;
        }
    }
}
