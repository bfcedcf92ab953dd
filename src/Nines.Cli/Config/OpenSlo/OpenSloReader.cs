using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Yaml;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Facts;
using Nines.Ledger.Objectives;
using NodaTime;

namespace Nines.Cli.Config.OpenSlo;

/// <summary>
/// Objectives out of OpenSLO v1 objects. What is about a component of ours is judged; what is well-formed and about something else is
/// listed as not used; what cannot mean what it says is a mistake.
/// </summary>
internal sealed class OpenSloReader(OpenSloDocuments documents, MistakeList mistakes, ObjectiveSetting setting)
{
    private static readonly ImmutableArray<string> Methods = ["Occurrences", "Timeslices", "RatioTimeslices"];

    private readonly List<NotUsed> notUsed = [];
    private readonly HashSet<OpenSloObject> used = [];

    public (ImmutableArray<Objective> Objectives, ImmutableArray<NotUsed> NotUsed) Read()
    {
        foreach (var indicator in documents.All.Where(each => each.Kind == "SLI")) CheckIndicator(indicator.Spec);
        foreach (var each in documents.All.Where(each => each.Kind is "AlertPolicy" or "AlertCondition")) CheckAlert(each);
        var objectives = documents.All.Where(each => each.Kind == "SLO").SelectMany(ReadSlo).ToImmutableArray();
        foreach (var each in documents.All.Where(each => each.Kind != "SLO" && !used.Contains(each))) Leave(each, each.Kind switch
        {
            "AlertPolicy" or "AlertCondition" => "Nines fires by burn-rate windows of its own.",
            "AlertNotificationTarget" => "whom to tell stands under notify in the config.",
            "DataSource" => "Nines judges by its own probes.",
            _ => "no objective that is judged refers to it.",
        });
        return (objectives, [.. notUsed]);
    }

    private void Leave(OpenSloObject each, string why)
    {
        var place = each.Metadata.PlaceOf("name");
        notUsed.Add(new NotUsed(string.Create(CultureInfo.InvariantCulture, $"{place.File}:{place.Line}"), each.Kind, each.Name, why));
    }

    private IEnumerable<Objective> ReadSlo(OpenSloObject slo)
    {
        var before = mistakes.Count;
        var spec = slo.Spec.Only("description", "service", "indicator", "indicatorRef", "timeWindow", "budgetingMethod", "objectives", "alertPolicies");
        spec.Text("description");
        var service = spec.Text("service", required: true);
        var indicator = IndicatorOf(spec);
        CheckAlertPolicies(spec);
        var method = spec.Text("budgetingMethod", required: true);
        if (method is not null && !Methods.Contains(method)) spec.Say(MistakeCode.WrongType, "budgetingMethod", $"{Variables.Show(method)} is none of {string.Join(", ", Methods)}.{DidYouMean.Sentence(method, Methods)}");
        var window = OpenSloWindow.Read(spec);
        var parts = ObjectivesIn(spec);
        if (service is not null && documents.Find("Service", service) is { } group) used.Add(group);
        var meaning = OpenSloMeaning.Of(slo, indicator, service is null ? null : documents.Find("Service", service), mistakes);
        if (mistakes.Count > before || method is null || window is null) return [];
        if (meaning is null)
        {
            Leave(slo, $"it says of no component of ours that it is about it. Give it the annotation {OpenSloMeaning.Component}.");
            return [];
        }
        if (method == "Occurrences")
            spec.Say(MistakeCode.Combination, "budgetingMethod", "Occurrences counts good and bad events, and a component is in states over time: there is nothing to count. Write RatioTimeslices (the share of the time) or Timeslices (good and bad slices of it).");
        if (indicator is { IsThreshold: true })
            spec.Say(MistakeCode.Combination, indicator.Key, "A threshold on a measured value is a condition of a probe in Nines, and the objective is about the time in which it held. Move it to the probe's conditions, and write a ratioMetric with raw here.");
        if (mistakes.Count > before) return [];
        var made = parts.Select((part, index) => Make(slo, part, parts.Count == 1 ? slo.Name : $"{slo.Name}-{index + 1}", window, method, meaning)).OfType<Objective>().ToList();
        return mistakes.Count > before ? [] : made;
    }

    private Objective? Make(OpenSloObject slo, OpenSloPart part, string name, ObjectiveWindow window, string method, OpenSloMeaning meaning)
    {
        var target = TargetOf(part);
        var slices = method == "Timeslices" ? SlicesOf(part) : null;
        if (!Name.IsValid(name))
        {
            slo.Metadata.Say(MistakeCode.Name, "name", $"{Variables.Show(name)} {ScalarReader.NameProblem}");
            return null;
        }
        if (target is not { } share || method == "Timeslices" && slices is null) return null;
        var objective = new Objective
        {
            Name = name,
            About = slo.Spec.Text("description"),
            Component = meaning.For,
            Labels = meaning.Labels,
            Target = share,
            Window = window,
            Hours = meaning.Hours,
            Policy = meaning.Policy,
            Slices = slices,
            Steps = meaning.Steps,
        };
        var before = mistakes.Count;
        foreach (var mistake in objective.Mistakes()) part.Say(MistakeCode.OutOfRange, part.Has("target") ? "target" : "targetPercent", $"{mistake}.");
        if (mistakes.Count == before) setting.Check(objective, slo.Metadata, mistakes);
        return objective;
    }

    private List<OpenSloPart> ObjectivesIn(OpenSloPart spec)
    {
        var parts = new List<OpenSloPart>();
        if (spec.List("objectives", required: true) is not { } list) return parts;
        if (list.Count == 0) spec.Say(MistakeCode.Missing, "objectives", "There is no objective. Write at least one, with its target.");
        for (var i = 0; i < list.Count; i++)
            if (spec.Item("objectives", i)?.Only("displayName", "op", "value", "target", "targetPercent", "timeSliceTarget", "timeSliceWindow") is { } part)
                parts.Add(part);
        foreach (var part in parts)
            if (part.Has("target") == part.Has("targetPercent"))
                part.Say(MistakeCode.Combination, "target", "An objective has either target (0.999) or targetPercent (99.9).");
        return parts;
    }

    private static decimal? TargetOf(OpenSloPart part)
    {
        var percent = part.Has("targetPercent");
        var key = percent ? "targetPercent" : "target";
        if (part.Number(key, percent ? "Write it without a sign, for example 99.9." : "Write a share such as 0.999, or targetPercent: 99.9.") is not { } number) return null;
        var most = percent ? 100 : 1;
        if (number > 0 && number < most) return percent ? number / 100 : number;
        var hint = !percent && number is > 1 and < 100 ? string.Create(CultureInfo.InvariantCulture, $" Did you mean targetPercent: {number}?") : "";
        part.Say(MistakeCode.OutOfRange, key, string.Create(CultureInfo.InvariantCulture, $"{number} is no target: it lies between 0 and {most}, both excluded.{hint}"));
        return null;
    }

    private static Slices? SlicesOf(OpenSloPart part)
    {
        foreach (var key in (string[])["timeSliceTarget", "timeSliceWindow"])
            if (!part.Has(key))
                part.Say(MistakeCode.Missing, key, $"'{key}' is missing: Timeslices needs it.");
        var target = part.Number("timeSliceTarget", "Write a share such as 0.95.");
        if (target is <= 0 or > 1) part.Say(MistakeCode.OutOfRange, "timeSliceTarget", "The share of a slice that has to be good lies above 0 and is at most 1.");
        if (!part.Has("timeSliceWindow")) return null;
        // A bare number is minutes.
        var text = part.Text("timeSliceWindow");
        var length = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ? Duration.FromMinutes(minutes)
            : OpenSloWindow.Duration(part, "timeSliceWindow", required: true) is { } written ? OpenSloWindow.Exact(written) ?? Duration.MaxValue : (Duration?)null;
        if (length is { } given && (given < Slices.Shortest || given > Slices.Longest)) part.Say(MistakeCode.OutOfRange, "timeSliceWindow", "A slice is 1m to 1d long.");
        return target is { } share && length is { } known ? new Slices(known, share) : null;
    }

    /// <summary>The SLI of an SLO, inline or referred to; null with a mistake recorded.</summary>
    private OpenSloIndicator? IndicatorOf(OpenSloPart spec)
    {
        if (spec.Has("indicator") == spec.Has("indicatorRef"))
        {
            spec.Say(MistakeCode.Combination, "indicator", "An SLO has either an indicator or an indicatorRef.");
            return null;
        }
        if (spec.Has("indicator"))
        {
            if (spec.Part("indicator")?.Only("apiVersion", "kind", "metadata", "spec") is not { } inline) return null;
            var metadata = inline.Part("metadata")?.Only("name", "displayName", "labels", "annotations");
            return inline.Part("spec", required: true) is { } of ? new OpenSloIndicator("indicator", CheckIndicator(of), of, metadata?.Texts("labels", lists: true), metadata?.Texts("annotations", lists: false)) : null;
        }
        if (spec.Text("indicatorRef") is not { } name) return null;
        if (documents.Find("SLI", name) is { } shared)
        {
            used.Add(shared);
            return new OpenSloIndicator("indicatorRef", shared.Spec.Has("thresholdMetric"), shared.Spec, shared.Labels, shared.Annotations);
        }
        spec.Say(MistakeCode.UnknownName, "indicatorRef", $"There is no SLI '{Variables.Show(name)}' in these files.{DidYouMean.Sentence(name, mistakes.ToSuggest(documents.NamesOf("SLI")))}");
        return null;
    }

    /// <returns>True for a threshold, false for a ratio.</returns>
    private static bool CheckIndicator(OpenSloPart spec)
    {
        spec.Only("description", "thresholdMetric", "ratioMetric");
        spec.Text("description");
        if (spec.Has("thresholdMetric") == spec.Has("ratioMetric")) spec.Say(MistakeCode.Combination, "ratioMetric", "An SLI has either a ratioMetric or a thresholdMetric.");
        if (spec.Part("thresholdMetric") is { } threshold) CheckMetric(threshold);
        if (spec.Part("ratioMetric")?.Only("counter", "good", "bad", "total", "raw", "rawType") is not { } ratio) return spec.Has("thresholdMetric");
        ratio.Flag("counter");
        foreach (var key in (string[])["good", "bad", "total", "raw"])
            if (ratio.Part(key) is { } metric)
                CheckMetric(metric);
        var (good, bad, total, raw) = (ratio.Has("good"), ratio.Has("bad"), ratio.Has("total"), ratio.Has("raw"));
        if (raw ? good || bad || total : good == bad || !total) ratio.Say(MistakeCode.Combination, raw ? "raw" : "total", "A ratioMetric is good and total, bad and total, or raw with its rawType.");
        if (raw && ratio.Text("rawType", required: true) is not (null or "success" or "failure")) ratio.Say(MistakeCode.WrongType, "rawType", "A rawType is success or failure.");
        return false;
    }

    private static void CheckMetric(OpenSloPart metric)
    {
        if (metric.Only("metricSource").Part("metricSource", required: true)?.Only("metricSourceRef", "type", "spec") is not { } source) return;
        source.Text("metricSourceRef");
        source.Text("type", required: !source.Has("metricSourceRef"));
        source.Part("spec");
    }

    private void CheckAlertPolicies(OpenSloPart spec)
    {
        if (!spec.Has("alertPolicies") || spec.List("alertPolicies") is not { } list) return;
        for (var i = 0; i < list.Count; i++)
        {
            var name = list[i] is YamlTree.Scalar plain ? plain.Text : spec.Item("alertPolicies", i) is { } part && part.Has("alertPolicyRef") ? part.Text("alertPolicyRef") : null;
            if (name is not null && documents.Find("AlertPolicy", name) is null)
                mistakes.Add(MistakeCode.UnknownName, list[i].At(Binder.Item(Binder.Below(spec.Path, "alertPolicies"), i)), $"There is no AlertPolicy '{Variables.Show(name)}' in these files.{DidYouMean.Sentence(name, mistakes.ToSuggest(documents.NamesOf("AlertPolicy")))}");
        }
    }

    private void CheckAlert(OpenSloObject each)
    {
        if (each.Kind == "AlertCondition")
        {
            CheckCondition(each.Spec);
            return;
        }
        var spec = each.Spec.Only("description", "alertWhenNoData", "alertWhenResolved", "alertWhenBreaching", "conditions", "notificationTargets");
        foreach (var flag in (string[])["alertWhenNoData", "alertWhenResolved", "alertWhenBreaching"]) spec.Flag(flag);
        if (spec.List("conditions", required: true) is not { } list) return;
        if (list.Count != 1)
        {
            spec.Say(MistakeCode.WrongType, "conditions", $"It has {list.Count} items; OpenSLO v1 takes exactly one.");
            return;
        }
        if (spec.Item("conditions", 0) is not { } condition) return;
        if (!condition.Has("conditionRef"))
        {
            if (condition.Part("spec", required: true) is { } inline) CheckCondition(inline);
        }
        else if (condition.Text("conditionRef") is { } name && documents.Find("AlertCondition", name) is null)
            condition.Say(MistakeCode.UnknownName, "conditionRef", $"There is no AlertCondition '{Variables.Show(name)}' in these files.{DidYouMean.Sentence(name, mistakes.ToSuggest(documents.NamesOf("AlertCondition")))}");
    }

    private static void CheckCondition(OpenSloPart spec)
    {
        spec.Only("description", "severity", "condition").Text("severity", required: true);
        if (spec.Part("condition", required: true)?.Only("kind", "op", "threshold", "lookbackWindow", "alertAfter") is not { } condition) return;
        condition.Number("threshold", "Write a burn rate, for example 14.4.");
        OpenSloWindow.Duration(condition, "lookbackWindow", required: true);
        if (condition.Text("alertAfter") is not (null or "0m")) OpenSloWindow.Duration(condition, "alertAfter", required: false);
    }
}

/// <summary>An SLI as an SLO has it.</summary>
/// <param name="Key">How the SLO has it: indicator or indicatorRef.</param>
internal sealed record OpenSloIndicator(string Key, bool IsThreshold, OpenSloPart Spec, IReadOnlyDictionary<string, string>? Labels, IReadOnlyDictionary<string, string>? Annotations);
