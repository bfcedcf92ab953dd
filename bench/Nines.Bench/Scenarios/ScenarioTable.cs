using System.Globalization;

namespace Nines.Bench.Scenarios;

/// <summary>Each scenario with what both said of it, on stderr.</summary>
internal static class ScenarioTable
{
    public static void Say(IReadOnlyList<ScenarioResult> results, bool hasPeer)
    {
        Line($"{"scenario",-24} {"expected",-16} {"Nines",-16} {"class",-28} {"after s",-16} {"blips",5}  {"peer",-5} after s");
        foreach (var runs in results.GroupBy(result => result.Scenario))
        {
            var of = runs.ToArray();
            Line($"{runs.Key.Name,-24} {ScenarioRow.Word(runs.Key.Expected),-16} {All(of, one => ScenarioRow.Word(one.Said)),-16} {All(of, one => one.Class ?? ""),-28} {Times(of, one => one.Detection),-16} {of.Sum(one => one.Blips),5}  {(hasPeer ? All(of, one => one.PeerOutages > 0 ? "down" : "up") : "–"),-5} {Times(of, one => one.PeerDetection)}");
        }
        foreach (var wrong in results.Where(result => !result.IsRight))
            Line($"  wrong: run {wrong.Run + 1} {wrong.Scenario.Name}: {wrong.Outages} outages, {ScenarioRow.Word(wrong.Said)}, class {wrong.Class ?? "none"} (expected {wrong.Scenario.Class ?? "none"}), {(wrong.IsContained ? "within" : "not within")} its bounds: {wrong.Because}");
    }

    /// <summary>The one thing that was said in all runs, or each.</summary>
    private static string All(ScenarioResult[] of, Func<ScenarioResult, string> what) => string.Join("/", of.Select(what).Distinct());

    private static string Times(ScenarioResult[] of, Func<ScenarioResult, double?> what) =>
        string.Join(" ", of.Select(what).OfType<double>().Select(seconds => seconds.ToString("0.00", CultureInfo.InvariantCulture)));

    private static void Line(FormattableString line) => Console.Error.WriteLine(line.ToString(CultureInfo.InvariantCulture).TrimEnd());
}
