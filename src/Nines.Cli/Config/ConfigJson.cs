using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Nines.Cli.Config.Binding;
using Nines.Core;
using Nines.Core.Components;
using Nines.Core.Conditions;
using Nines.Core.Maintenance;
using Nines.Core.Time;
using Nines.Reports.Periods;
using Nines.Ledger.Objectives;
using Nines.Ledger.Policies;
using Nines.Probing;
using NodaTime;
using NodaTime.Text;

namespace Nines.Cli.Config;

/// <summary>A config as the journal keeps it: the same config always gives the same bytes, and none of its secrets.</summary>
internal static class ConfigJson
{
    public static byte[] Write(LoadedConfig config, string? data)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            new Writer(json, config.Redaction.Apply).WriteConfig(config, data);
        return stream.ToArray();
    }

    /// <summary>
    /// A digest of each probe, its vantage points and secrets included, and of each component with its probes: two are the same if and
    /// only if nothing about them is different. For comparing in memory; they are never kept.
    /// </summary>
    public static (Dictionary<ProbeId, string> Probes, Dictionary<ComponentId, string> Components) Identities(LoadedConfig config)
    {
        var points = config.Topology.VantagePoints.ToDictionary(point => point.Id);
        string Identity(Action<Writer> write)
        {
            using var stream = new MemoryStream();
            using (var json = new Utf8JsonWriter(stream)) write(new Writer(json, null, config.Files));
            return Convert.ToHexStringLower(SHA256.HashData(stream.ToArray()));
        }
        var probes = config.Topology.Components.SelectMany(component => component.Probes)
            .ToDictionary(probe => probe.Id, probe => Identity(writer => writer.WriteIdentity(probe, probe.From.Select(from => points[from]))));
        return (probes, config.Topology.Components.ToDictionary(
            component => component.Id,
            component => Identity(writer => writer.WriteIdentity(component, config)) + string.Concat(component.Probes.Select(probe => probes[probe.Id]))));
    }

    /// <summary>Digests of the files that probes read, as they are now: who renews one means another config.</summary>
    public static ImmutableDictionary<string, string> FilesOf(Topology topology)
    {
        var options = topology.Components.SelectMany(component => component.Probes).Select(probe => probe.Options);
        var paths = options.SelectMany(each => RecordKeys.Of(each.GetType()).Keys.Where(key => key.IsPath).Select(key => key.Property.GetValue(each) as string)).OfType<string>().Distinct(StringComparer.Ordinal);
        return paths.ToImmutableDictionary(path => path, DigestOf, StringComparer.Ordinal);
    }

    private static string DigestOf(string file)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file)));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return ""; // whose probe says so
        }
    }

    /// <param name="redact">Null where secrets are to be told apart.</param>
    /// <param name="files">Digests by path; only where secrets are told apart.</param>
    private sealed class Writer(Utf8JsonWriter json, Func<string, string>? redact, ImmutableDictionary<string, string>? files = null)
    {
        public void WriteIdentity(ProbeDefinition probe, IEnumerable<VantagePoint> points)
        {
            json.WriteStartObject();
            WriteList("probe", [probe], WriteProbe);
            WriteList("points", [.. points], WritePoint);
            json.WriteEndObject();
        }

        public void WriteIdentity(Component component, LoadedConfig config)
        {
            json.WriteStartObject();
            WriteList("component", [component], each => WriteComponent(each, config));
            json.WriteEndObject();
        }


        public void WriteConfig(LoadedConfig config, string? data)
        {
            json.WriteStartObject();
            // As the file has it: where the file lies on this machine is nobody's business.
            if (data is not null) WriteValue("data", data);
            WriteValue("listen", config.Listen);
            WriteValue("policy", config.Policy);
            if (config.Policies.Length > 0)
            {
                json.WriteStartArray("policies");
                foreach (var policy in config.Policies) PolicyJson.Write(json, policy);
                json.WriteEndArray();
            }
            if (config.Objectives.Length > 0)
            {
                json.WriteStartArray("objectives");
                foreach (var objective in config.Objectives) ObjectiveJson.Write(json, objective);
                json.WriteEndArray();
            }
            if (config.Pricing is { } pricing) WriteValue("pricing", pricing);
            WriteList("vantage_points", config.Topology.VantagePoints, WritePoint);
            json.WriteStartObject("control");
            WriteValue("targets", config.Control.Targets);
            WriteValue("names", config.Control.Names);
            json.WriteEndObject();
            WriteList("components", config.Topology.Components, component => WriteComponent(component, config));
            WriteList("maintenance", config.Maintenance, WriteMaintenance);
            WriteList("notify", config.Notifiers, notifier =>
            {
                WriteValue("name", notifier.Name);
                WriteValue(RecordKeys.KeyName(notifier.Kind.ToString()), Redaction.Mark);
            });
            if (config.Reports.Length > 0) WriteList("reports", config.Reports, WriteReport);
            if (config.StatusPageWritten is { } statusPage) WriteValue("status_page", statusPage);
            if (config.Mail is { } mail) WriteValue("mail", mail.Written);
            if (config.Subscriptions is { } subscriptions) WriteValue("subscriptions", subscriptions.Written);
            if (config.Otlp is { } otlp)
            {
                json.WriteStartObject("export");
                WriteValue("otlp", otlp);
                json.WriteEndObject();
            }
            if (config.SelfCheck is { } outside) WriteValue("self_check", outside);
            if (config.Console is { } console) WriteValue("console", console);
            json.WriteEndObject();
        }

        private void WriteReport(ScheduledReport report)
        {
            WriteValue("name", report.Name);
            WriteValue("kind", report.Schedule.Kind == PeriodKind.Week ? "weekly" : "monthly");
            if (report.Schedule.Rule is MaintenanceRule.Recurring recurring)
            {
                WriteValue("every", DayText(recurring.Every));
                WriteValue("at", recurring.At);
            }
            else if (report.Schedule.Rule is MaintenanceRule.Cron cron) WriteValue("cron", cron.When.Text);
            WriteValue("zone", report.Schedule.Zone.Id);
            WriteValue("format", report.Format.ToString().ToLowerInvariant());
            if (report.Only is { } only) WriteValue("components", only.Select(id => id.Value));
            if (report.Policy is { } policy) WriteValue("policy", policy);
            if (report.File is { } file) WriteValue("file", Path.GetFileName(file));
            else WriteValue("webhook", Redaction.Mark);
        }

        private void WritePoint(VantagePoint point)
        {
            WriteValue("name", point.Id.Value);
            WriteValue("region", point.Region);
            WriteValue("source", point.SourceAddress);
            WriteValue("proxy", point.Proxy);
        }

        private void WriteComponent(Component component, LoadedConfig config)
        {
            WriteValue("name", component.Id.Value);
            WriteValue("kind", component.Kind);
            WriteValue("chain", component.Chain?.Value);
            if (config.BlockTimes.TryGetValue(component.Id, out var time)) WriteValue("block_time", time);
            if (component.ChainRules is { } rules)
            {
                WriteValue("head_age_limit", rules.HeadAgeLimit);
                WriteValue("finality_age_limit", rules.FinalityAgeLimit);
                WriteValue("reorg_depth_limit", rules.ReorgDepthLimit);
                WriteValue("participation_limit", rules.ParticipationLimit);
                WriteValue("participation_warning", rules.ParticipationWarning);
                WriteValue("missed_slots_limit", rules.MissedSlotsLimit);
                WriteValue("split", rules.Split);
            }
            if (component.Needs is { } needs)
            {
                json.WritePropertyName("needs");
                WriteNeed(needs);
            }
            if (component.Labels.Count > 0) WriteValue("labels", component.Labels);
            WriteList("probes", component.Probes, WriteProbe);
        }

        private void WriteNeed(Need need)
        {
            switch (need)
            {
                case Need.On on:
                    json.WriteStringValue(on.Component.Value);
                    break;
                case Need.AtLeast gate:
                    json.WriteStartObject();
                    json.WriteNumber("at_least", gate.Count);
                    json.WriteStartArray("of");
                    foreach (var member in gate.Members) WriteNeed(member);
                    json.WriteEndArray();
                    json.WriteEndObject();
                    break;
            }
        }

        private void WriteProbe(ProbeDefinition probe)
        {
            WriteValue("name", probe.Id.Name);
            WriteValue("type", probe.Type);
            WriteValue("every", probe.Every);
            WriteValue("timeout", probe.Timeout);
            WriteValue("from", probe.From.Select(point => point.Value));
            WriteValue("tells", probe.Tells);
            WriteValue("conditions", probe.Conditions.Select(condition => condition.ToCanonicalText(probe.Signals)));
            json.WriteStartObject("options");
            WriteMembers(probe.Options, secret: false);
            json.WriteEndObject();
        }

        private void WriteMaintenance(MaintenanceRule rule)
        {
            WriteValue("name", rule.Name);
            WriteValue("components", rule.Components.Select(id => id.Value));
            WriteValue("public", rule.PublicText);
            switch (rule)
            {
                case MaintenanceRule.Once once:
                    WriteValue("from", once.From);
                    WriteValue("to", once.To);
                    break;
                case MaintenanceRule.Cron cron:
                    WriteValue("cron", cron.When.Text);
                    WriteValue("for", cron.For);
                    WriteValue("zone", cron.Zone.Id);
                    break;
                case MaintenanceRule.Recurring recurring:
                    WriteValue("every", DayText(recurring.Every));
                    WriteValue("at", recurring.At);
                    WriteValue("for", recurring.For);
                    WriteValue("zone", recurring.Zone.Id);
                    break;
            }
        }

        private string Redacted(string text) => redact is null ? text : redact(text);

        private static string DayText(DayRule rule) => rule switch
        {
            DayRule.EveryDay => "day",
            DayRule.Weekdays week => string.Join(", ", week.Days.Select(day => RecordKeys.KeyName(day.ToString()))),
            DayRule.NthWeekday nth => $"{(nth.Which == DayRule.LastWeekday ? "last" : $"{nth.Which}.")} {RecordKeys.KeyName(nth.Day.ToString())}",
            DayRule.DayOfMonth { Day: DayRule.LastDay } => "last day",
            DayRule.DayOfMonth month => month.Day.ToString(CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException("DayRule is a closed hierarchy."),
        };

        private void WriteList<T>(string name, IReadOnlyCollection<T> items, Action<T> write)
        {
            if (items.Count == 0) return;
            json.WriteStartArray(name);
            foreach (var item in items)
            {
                json.WriteStartObject();
                write(item);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }

        private void WriteMembers(object record, bool secret)
        {
            foreach (var key in RecordKeys.Of(record.GetType()).Keys)
            {
                var value = key.Property.GetValue(record);
                WriteValue(key.Name, key.IsPath && value is string file ? FileText(file) : value, secret || key.Secret);
            }
        }

        /// <summary>Only its name: where it lies on this machine is nobody's business. For telling apart also where, and what was in it.</summary>
        private string FileText(string file) => redact is not null ? Path.GetFileName(file) : $"{file} {files?.GetValueOrDefault(file)}";

        /// <summary>Nothing for null and for an empty list: the same as not given.</summary>
        private void WriteValue(string name, object? value, bool secret = false)
        {
            if (value is null || IsEmpty(value)) return;
            json.WritePropertyName(name);
            WriteValue(value, secret);
        }

        /// <summary>An immutable array that nobody gave a value throws at every question but this one.</summary>
        private static bool IsEmpty(object value) => Emptiness.GetOrAdd(value.GetType(), static type => type.GetProperty("IsDefaultOrEmpty")) is { } empty ? empty.GetValue(value) is true : value is ICollection { Count: 0 };

        private static readonly ConcurrentDictionary<Type, PropertyInfo?> Emptiness = new();

        private void WriteValue(object value, bool secret)
        {
            switch (value)
            {
                case IDictionary pairs:
                    json.WriteStartObject();
                    foreach (var key in pairs.Keys.Cast<string>().Order(StringComparer.Ordinal)) WriteValue(key, pairs[key], secret);
                    json.WriteEndObject();
                    break;
                case IEnumerable items and not string:
                    json.WriteStartArray();
                    foreach (var item in items) WriteValue(item!, secret);
                    json.WriteEndArray();
                    break;
                case var _ when secret && redact is not null: json.WriteStringValue(Redaction.Mark); break;
                case bool flag: json.WriteBooleanValue(flag); break;
                case int or long or decimal or double or BigInteger: json.WriteRawValue(Convert.ToString(value, CultureInfo.InvariantCulture)!); break;
                case Duration duration: json.WriteStringValue(DurationText.Print(duration)); break;
                case Instant instant: json.WriteStringValue(InstantPattern.ExtendedIso.Format(instant)); break;
                case LocalTime time: json.WriteStringValue(LocalTimePattern.ExtendedIso.Format(time)); break;
                case Enum member: json.WriteStringValue(RecordKeys.KeyName(member.ToString())); break;
                case Uri uri: json.WriteStringValue(Redacted(uri.OriginalString)); break;
                default:
                    if (ScalarReader.Reads(value.GetType())) json.WriteStringValue(Redacted(Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""));
                    else
                    {
                        json.WriteStartObject();
                        WriteMembers(value, secret);
                        json.WriteEndObject();
                    }
                    break;
            }
        }
    }
}
