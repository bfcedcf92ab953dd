using System.Collections.Immutable;
using System.Text;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.OpenSlo;
using Nines.Core.Components;
using Nines.Ledger.Objectives;
using NodaTime;

namespace Nines.Cli.Tests.Config;

public sealed class OpenSloTests
{
    /// <summary>All kinds, an inline and a shared indicator, two targets in one SLO, and one that is about somebody else's metrics.</summary>
    internal const string All =
        """
        apiVersion: openslo/v1
        kind: Service
        metadata: {name: shop, displayName: The shop, annotations: {nines/component: shop}}
        spec: {description: Where people buy.}
        ---
        apiVersion: openslo/v1
        kind: SLI
        metadata: {name: shop-time}
        spec:
          ratioMetric:
            rawType: success
            raw: {metricSource: {type: Nines, spec: {component: shop}}}
        ---
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: shop-month, labels: {team: [web, shop]}, annotations: {nines/policy: lenient}}
        spec:
          description: What the shop promises.
          service: shop
          indicatorRef: shop-time
          timeWindow: [{duration: 1M, calendar: {startTime: 2020-01-01 00:00:00, timeZone: America/New_York}}]
          budgetingMethod: RatioTimeslices
          objectives: [{displayName: Good, op: gt, timeSliceWindow: 1m, target: 0.999}, {targetPercent: 99.5}]
          alertPolicies: [fast]
        ---
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: tier-1, annotations: {nines/labels: "tier=1"}}
        spec:
          service: everything
          indicator: {metadata: {name: any}, spec: {ratioMetric: {counter: true, good: {metricSource: {type: Prometheus, spec: {query: a}}}, total: {metricSource: {metricSourceRef: prom}}}}}
          timeWindow: [{duration: 4w, isRolling: true}]
          budgetingMethod: Timeslices
          objectives: [{target: 0.99, timeSliceTarget: 0.95, timeSliceWindow: 5}]
        ---
        apiVersion: openslo/v1
        kind: SLO
        metadata: {name: elsewhere}
        spec:
          service: billing
          indicator: {metadata: {name: latency}, spec: {thresholdMetric: {metricSource: {type: Datadog, spec: {query: p99}}}}}
          timeWindow: [{duration: 30d, isRolling: true}]
          budgetingMethod: Occurrences
          objectives: [{op: lte, value: 0.2, target: 0.99}]
        ---
        apiVersion: openslo/v1
        kind: AlertPolicy
        metadata: {name: fast}
        spec:
          alertWhenBreaching: true
          conditions: [{conditionRef: burn}]
          notificationTargets: [{targetRef: oncall}]
        ---
        apiVersion: openslo/v1
        kind: AlertCondition
        metadata: {name: burn}
        spec: {severity: page, condition: {kind: burnrate, threshold: 14.4, lookbackWindow: 1h, alertAfter: 5m}}
        ---
        apiVersion: openslo/v1
        kind: AlertNotificationTarget
        metadata: {name: oncall}
        spec: {target: slack}
        ---
        apiVersion: openslo/v1
        kind: DataSource
        metadata: {name: prom}
        spec: {type: Prometheus, connectionDetails: {url: "http://prom.example"}}
        """;

    private static readonly Topology World = new()
    {
        Components =
        [
            new Component { Id = new ComponentId("shop"), Kind = ComponentKind.Dapp, Labels = ImmutableSortedDictionary<string, string>.Empty.Add("tier", "1") },
            new Component { Id = new ComponentId("api"), Kind = ComponentKind.Dapp },
        ],
        VantagePoints = [],
    };

    private static (ImmutableArray<Objective> Objectives, ImmutableArray<NotUsed> NotUsed, IReadOnlyList<Mistake> Mistakes) Read(byte[] text)
    {
        var mistakes = new MistakeList();
        var documents = new OpenSloDocuments(mistakes);
        documents.Add(text, new ConfigSource("slo.yaml", "/"));
        var setting = new ObjectiveSetting(World, World.Components.Select(component => component.Id.Value).ToHashSet(), ["strict", "lenient"], mayFindMore: false);
        var (objectives, notUsed) = new OpenSloReader(documents, mistakes, setting).Read();
        return (objectives, notUsed, [.. mistakes.InOrder()]);
    }

    private static (ImmutableArray<Objective> Objectives, ImmutableArray<NotUsed> NotUsed, IReadOnlyList<Mistake> Mistakes) Read(string text) => Read(Encoding.UTF8.GetBytes(text));

    [Fact]
    public void Every_kind_is_read_and_what_is_about_a_component_of_ours_is_judged()
    {
        var (objectives, notUsed, mistakes) = Read(All);
        Assert.Empty(mistakes);
        Assert.Equal(["shop-month-1", "shop-month-2", "tier-1"], objectives.Select(objective => objective.Name));
        Assert.Equal((0.999m, 0.995m, "lenient", "shop"), (objectives[0].Target, objectives[1].Target, objectives[0].Policy, objectives[0].Component?.Value));
        var month = Assert.IsType<ObjectiveWindow.Calendar>(objectives[0].Window);
        Assert.Equal((CalendarUnit.Month, 1, "America/New_York"), (month.Unit, month.Count, month.Zone.Id));
        Assert.Equal((Duration.FromDays(28), new Slices(Duration.FromMinutes(5), 0.95m), "1"),
            (((ObjectiveWindow.Rolling)objectives[2].Window).Length, objectives[2].Slices, objectives[2].Labels["tier"]));
        Assert.Equal(["AlertCondition burn", "AlertNotificationTarget oncall", "AlertPolicy fast", "DataSource prom", "SLO elsewhere"], notUsed.Select(left => $"{left.Kind} {left.Name}").Order(StringComparer.Ordinal));
        Assert.Equal("slo.yaml:38", notUsed.Single(left => left.Kind == "SLO").Where);
    }

    /// <param name="find">A part of the text above, whose first occurrence is replaced.</param>
    [Theory]
    [InlineData("target: 0.999}", "target: 0}", "slo.yaml:23:73 spec.objectives[0].target: 0 is no target: it lies between 0 and 1, both excluded.")]
    [InlineData("target: 0.999}", "target: 1}", "slo.yaml:23:73 spec.objectives[0].target: 1 is no target: it lies between 0 and 1, both excluded.")]
    [InlineData("target: 0.999}", "target: 99.9}", "slo.yaml:23:73 spec.objectives[0].target: 99.9 is no target: it lies between 0 and 1, both excluded. Did you mean targetPercent: 99.9?")]
    [InlineData("target: 0.999}", "target: \"99.9%\"}", "slo.yaml:23:73 spec.objectives[0].target: 99.9% is not a number. Write a share such as 0.999, or targetPercent: 99.9.")]
    [InlineData("targetPercent: 99.5", "targetPercent: 100", "slo.yaml:23:97 spec.objectives[1].targetPercent: 100 is no target: it lies between 0 and 100, both excluded.")]
    [InlineData("target: 0.999}", "target: 0.9, targetPercent: 90}", "slo.yaml:23:73 spec.objectives[0].target: An objective has either target (0.999) or targetPercent (99.9).")]
    [InlineData("indicatorRef: shop-time", "indicatorRef: shop-tim", "slo.yaml:20:17 spec.indicatorRef: There is no SLI 'shop-tim' in these files. Did you mean 'shop-time'?")]
    [InlineData("alertPolicies: [fast]", "alertPolicies: [slow]", "slo.yaml:24:19 spec.alertPolicies[0]: There is no AlertPolicy 'slow' in these files.")]
    [InlineData("conditionRef: burn", "conditionRef: bern", "slo.yaml:51:31 spec.conditions[0].conditionRef: There is no AlertCondition 'bern' in these files. Did you mean 'burn'?")]
    [InlineData("name: tier-1", "name: shop-month", "slo.yaml:28:18 metadata.name: There is another SLO 'shop-month', in line 16. Names are unique within a kind.")]
    [InlineData("timeWindow: [{duration: 4w, isRolling: true}]", "timeWindow: []", "slo.yaml:32:15 spec.timeWindow: It has 0 items; OpenSLO v1 takes exactly one.")]
    [InlineData("  timeWindow: [{duration: 4w, isRolling: true}]\n", "", "slo.yaml:30:3 spec.timeWindow: 'timeWindow' is missing. OpenSLO leaves it open; an error budget needs one, for example [{duration: 30d, isRolling: true}].")]
    [InlineData("startTime: 2020-01-01 00:00:00, ", "", "slo.yaml:21:41 spec.timeWindow[0].calendar.startTime: 'startTime' is missing.")]
    [InlineData("2020-01-01 00:00:00", "2020-13-01 00:00:00", "slo.yaml:21:53 spec.timeWindow[0].calendar.startTime: 2020-13-01 00:00:00 is not a local date and time. Write it without a zone: \"2026-01-01 00:00:00\".")]
    [InlineData("America/New_York", "America/New_Yrok", "slo.yaml:21:84 spec.timeWindow[0].calendar.timeZone: America/New_Yrok is not an IANA time zone. Did you mean 'America/New_York'?")]
    [InlineData("duration: 4w", "duration: -4w", "slo.yaml:32:27 spec.timeWindow[0].duration: -4w is not a duration of OpenSLO. Write a whole number above 0 and one of m, h, d, w, M (months), Q, Y: 30d, 4w, 1M.")]
    [InlineData("duration: 4w", "duration: 1M", "slo.yaml:32:27 spec.timeWindow[0].duration: Months, quarters and years differ in length, so they cannot roll. Write days, for example 30d, or a calendar.")]
    [InlineData("{duration: 4w, isRolling: true}", "{duration: 4w}", "slo.yaml:32:16 spec.timeWindow[0].calendar: 'calendar' is missing: a window that does not roll needs its startTime and timeZone. Or write isRolling: true.")]
    [InlineData("budgetingMethod: RatioTimeslices", "budgetingMethod: Occurrences", "slo.yaml:22:20 spec.budgetingMethod: Occurrences counts good and bad events, and a component is in states over time: there is nothing to count. Write RatioTimeslices (the share of the time) or Timeslices (good and bad slices of it).")]
    [InlineData("budgetingMethod: RatioTimeslices", "budgetingMethod: Ratiotimeslices", "slo.yaml:22:20 spec.budgetingMethod: Ratiotimeslices is none of Occurrences, Timeslices, RatioTimeslices. Did you mean 'RatioTimeslices'?")]
    [InlineData(", timeSliceTarget: 0.95", "", "slo.yaml:34:16 spec.objectives[0].timeSliceTarget: 'timeSliceTarget' is missing: Timeslices needs it.")]
    [InlineData("timeSliceTarget: 0.95", "timeSliceTarget: 1.5", "slo.yaml:34:48 spec.objectives[0].timeSliceTarget: The share of a slice that has to be good lies above 0 and is at most 1.")]
    [InlineData("timeSliceWindow: 5}", "timeSliceWindow: 2d}", "slo.yaml:34:71 spec.objectives[0].timeSliceWindow: A slice is 1m to 1d long.")]
    [InlineData("apiVersion: openslo/v1", "apiVersion: openslo/v1alpha", "slo.yaml:1:13 apiVersion: openslo/v1alpha is not read. Write apiVersion: openslo/v1; the specification says what changed since older ones.")]
    [InlineData("kind: DataSource", "kind: Datasource", "slo.yaml:65:7 kind: Datasource is none of SLO, SLI, Service, AlertPolicy, AlertCondition, AlertNotificationTarget, DataSource. Did you mean 'DataSource'?")]
    [InlineData("nines/labels", "nines/lables", "slo.yaml:28:39 metadata.annotations: nines/lables: Nines knows no such annotation. Did you mean 'nines/labels'? There are: nines/component, nines/labels, nines/policy, nines/hours, nines/budget.")]
    [InlineData("\"tier=1\"", "\"tier=2\"", "slo.yaml:28:39 metadata.annotations: No component of the config has these labels.")]
    [InlineData("nines/policy: lenient", "nines/policy: linient", "slo.yaml:16:72 metadata.annotations: There is no policy linient. Did you mean 'lenient'?")]
    [InlineData("service: everything", "servise: everything", "slo.yaml:30:3 spec.servise: OpenSLO v1 has no key 'servise' here. Did you mean 'service'?")]
    [InlineData("rawType: success", "rawType: succes", "slo.yaml:11:14 spec.ratioMetric.rawType: A rawType is success or failure.")]
    [InlineData("lookbackWindow: 1h", "lookbackWindow: 1", "slo.yaml:57:85 spec.condition.lookbackWindow: 1 is not a duration of OpenSLO. Write a whole number above 0 and one of m, h, d, w, M (months), Q, Y: 30d, 4w, 1M.")]
    public void A_fault_is_told_with_its_place_and_how_to_mend_it(string find, string replace, string expected)
    {
        Assert.Contains(find, All, StringComparison.Ordinal);
        var at = All.IndexOf(find, StringComparison.Ordinal);
        var mistakes = Read(string.Concat(All.AsSpan(0, at), replace, All.AsSpan(at + find.Length))).Mistakes;
        Assert.Contains(expected, mistakes.Select(mistake => mistake.ToString()));
    }

    [Fact]
    public void Objectives_that_were_written_are_read_back_as_they_were()
    {
        for (var seed = 0; seed < 1_000; seed++)
        {
            var random = new Random(seed);
            var objectives = Enumerable.Range(0, random.Next(1, 4)).Select(index => Some(random, $"objective-{index}")).ToList();
            Assert.All(objectives, objective => Assert.Empty(objective.Mistakes()));
            using var text = new StringWriter();
            OpenSloText.Write(objectives, text);
            var (read, notUsed, mistakes) = Read(text.ToString());
            Assert.True(mistakes.Count == 0, $"seed {seed}: {string.Join('\n', mistakes)}\n{text}");
            Assert.Equal(objectives.Select(ObjectiveConfigTests.Text), read.Select(ObjectiveConfigTests.Text));
            Assert.Empty(notUsed.Where(left => left.Kind == "SLO"));
        }
    }

    private static Objective Some(Random random, string name)
    {
        T OneOf<T>(params T[] items) => items[random.Next(items.Length)];
        var zone = DateTimeZoneProviders.Tzdb[OneOf("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata")];
        var byLabels = random.Next(3) == 0;
        return new Objective
        {
            Name = name,
            About = OneOf(null, "Plain.", "Odd: \"quotes\", #, tabs\t, and\nlines – ü", ""),
            Component = byLabels ? null : new ComponentId(OneOf("shop", "api")),
            Labels = byLabels ? World.Components[0].Labels : ImmutableSortedDictionary<string, string>.Empty,
            Target = OneOf(0.9m, 0.999m, 0.99999m, 0.5m, 0.123456789m),
            Window = OneOf<ObjectiveWindow>(
                new ObjectiveWindow.Rolling(Duration.FromMinutes(random.Next(60, 1_000_000))), new ObjectiveWindow.Rolling(Duration.FromDays(random.Next(1, 700))),
                ObjectiveWindow.Calendar.Aligned(OneOf(CalendarUnit.Day, CalendarUnit.Week, CalendarUnit.Month), random.Next(1, 13), zone),
                new ObjectiveWindow.Calendar(CalendarUnit.Month, OneOf(1, 3, 12, 24), new LocalDateTime(2020, 4, 30, 12, 30, random.Next(60)), zone)),
            Hours = random.Next(3) > 0 ? null : new BusinessHours(zone,
                Enumerable.Range(1, random.Next(1, 8)).ToImmutableSortedDictionary(day => (IsoDayOfWeek)day, _ => ImmutableArray.Create(new TimeRange(new LocalTime(8, 15), new LocalTime(12, 0)), new TimeRange(new LocalTime(13, 0), LocalTime.Midnight))),
                random.Next(2) == 0 ? [] : [new LocalDate(2026, 12, 25), new LocalDate(2026, 1, 1)]),
            Policy = OneOf(null, "strict", "lenient"),
            Slices = random.Next(3) > 0 ? null : new Slices(Duration.FromMinutes(random.Next(1, 1_441)), OneOf(0.95m, 1m, 0.001m)),
            Steps = random.Next(2) == 0 ? [] : [new BudgetStep(0.5m, "Tell, \"all\" = of 'em"), new BudgetStep(1, "Freeze.")],
        };
    }

    [Fact]
    public void A_mutated_file_is_read_or_refused_and_never_ends_in_a_defect()
    {
        var original = Encoding.UTF8.GetBytes(All);
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < 10_000; seed++)
        {
            var random = new Random(seed);
            var text = original.ToList();
            for (var i = random.Next(1, 6); i > 0; i--)
            {
                var at = random.Next(text.Count);
                switch (random.Next(4))
                {
                    case 0: text[at] = (byte)random.Next(256); break;
                    case 1: text.RemoveRange(at, Math.Min(random.Next(1, 40), text.Count - at)); break;
                    case 2: text.InsertRange(at, Encoding.UTF8.GetBytes(new[] { "- ", ": ", "{", "}", "[", "]", "\n---\n", "&a ", "*a ", "null", "-1", "1e9", "99999999999999999999", "\"", "#", "\t", "~", "!!", "%" }[random.Next(19)])); break;
                    default:
                        var from = random.Next(text.Count);
                        text.InsertRange(at, text.GetRange(from, Math.Min(random.Next(1, 60), text.Count - from)));
                        break;
                }
            }
            var (objectives, _, mistakes) = Read([.. text]);
            Assert.All(objectives, objective => Assert.Empty(objective.Mistakes()));
            Assert.All(mistakes, mistake => Assert.DoesNotMatch(@"System\.|Nines\.[A-Z]|Exception", mistake.Message));
            if (mistakes.Count == 0) read++;
            else refused++;
        }
        Assert.True(read > 100 && refused > 1_000, $"{read} read, {refused} refused");
    }

    [Fact]
    public void Aliases_that_double_again_and_again_are_refused_at_once()
    {
        var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (var i = 1; i < 12; i++) bomb.Append($"a{i}: &a{i} [{string.Join(", ", Enumerable.Repeat($"*a{i - 1}", 10))}]\n");
        Assert.Equal(MistakeCode.TooLarge, Assert.Single(Read(bomb.ToString()).Mistakes).Code);
        Assert.Equal(MistakeCode.Syntax, Assert.Single(Read(new string('[', 100_000)).Mistakes).Code);
    }

    [Fact]
    public void Files_that_the_config_names_are_read_beside_it_and_their_mistakes_bear_their_names()
    {
        var folder = Directory.CreateTempSubdirectory("nines-openslo-");
        try
        {
            const string config = """
                components: [{name: shop, kind: dapp, labels: {tier: "1"}, probes: [{http: https://shop.example/}]}]
                objectives: [{name: own, component: shop, target: 99%, window: 30d}]
                openslo: [slo.yaml]
                """;
            File.WriteAllText(Path.Combine(folder.FullName, "slo.yaml"), All);
            var loaded = Assert.IsType<ConfigReading.Loaded>(new ConfigLoader(Loading.Surroundings).Read("nines.yaml", Encoding.UTF8.GetBytes(config), folder.FullName)).Config;
            Assert.Equal(["own", "shop-month-1", "shop-month-2", "tier-1"], loaded.Objectives.Select(objective => objective.Name));
            Assert.Contains(ConfigCheck.Of(loaded, Loading.Surroundings.ProbeTypes).Warnings, warning => warning.StartsWith("slo.yaml:38: SLO elsewhere is not used:", StringComparison.Ordinal));

            File.WriteAllText(Path.Combine(folder.FullName, "slo.yaml"), All.Replace("name: tier-1", "name: own", StringComparison.Ordinal));
            var refused = Assert.IsType<ConfigReading.Refused>(new ConfigLoader(Loading.Surroundings).Read("nines.yaml", Encoding.UTF8.GetBytes(config), folder.FullName));
            Assert.Equal("slo.yaml:28:18 metadata.name: There is another objective 'own'. Names are unique, those in the config included.", Assert.Single(refused.Mistakes).ToString());

            File.Delete(Path.Combine(folder.FullName, "slo.yaml"));
            var missing = Assert.IsType<ConfigReading.Refused>(new ConfigLoader(Loading.Surroundings).Read("nines.yaml", Encoding.UTF8.GetBytes(config), folder.FullName));
            Assert.StartsWith("nines.yaml:3:11 openslo[0]: slo.yaml: there is no such file", Assert.Single(missing.Mistakes).ToString(), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
