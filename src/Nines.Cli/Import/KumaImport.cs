using System.Globalization;
using System.Text;
using System.Text.Json;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Import;

/// <summary>Uptime Kuma's backup: monitors of several types, groups, tags, Slack notifications.</summary>
internal sealed class KumaImport(Imported into, Probes probes)
{
    private readonly Dictionary<string, ImportedComponent> byId = new(StringComparer.Ordinal);
    private readonly List<(string Parent, ImportedComponent Child)> parents = [];
    private readonly List<(ImportedComponent Group, Fields Monitor)> groups = [];

    public void Read(Fields root)
    {
        root.Ignore("version");
        foreach (var monitor in root.Groups("monitorList")) Monitor(monitor);
        foreach (var (parent, child) in parents)
        {
            if (!byId.TryGetValue(parent, out var group) || groups.TrueForAll(known => known.Group != group)) continue;
            child.Labels["group"] = group.Called;
            group.Needs.Add(child.Name);
        }
        foreach (var (group, monitor) in groups)
        {
            if (group.Needs.Count > 0) into.Components.Add(group);
            else monitor.LeaveAll("A group without a monitor that could be taken over.");
        }
        foreach (var notification in root.Groups("notificationList")) Notification(notification);
        root.Leave("proxyList", "Give a proxy to a vantage point: vantage_points: [{name: …, proxy: http://…}].");
        root.Done();
    }

    private void Monitor(Fields monitor)
    {
        var (name, type, id) = (monitor.Text("name") ?? "", monitor.Text("type") ?? "", monitor.RawText("id") ?? "");
        if (monitor.RawText("active") is "false" or "0")
        {
            monitor.LeaveAll("The monitor is paused.");
            return;
        }
        if (monitor.Flag("upsideDown"))
        {
            monitor.LeaveAll("Nines has no upside down: what answers is up. Write a condition that the answer must not satisfy.");
            return;
        }
        var component = new ImportedComponent(into.NameFor(name), name) { Kind = type is "http" or "keyword" or "json-query" or "group" ? "dapp" : "infra", From = monitor.Path };
        byId[id] = component;
        foreach (var tag in monitor.Groups("tags"))
        {
            if (tag.Text("name") is { } tagName) component.Labels[tagName] = tag.Text("value") ?? "yes";
            tag.Ignore("id", "tag_id", "monitor_id", "color", "value");
            tag.Done();
        }
        if (type == "group") groups.Add((component, monitor));
        else if (Probe(monitor, type, out var why) is { } probe)
        {
            var every = monitor.Number("interval") ?? 60;
            component.Probes.Add(probe with { EveryS = type == "push" ? null : every, TimeoutS = type == "push" ? null : Math.Min(every, monitor.Number("timeout") is > 0 and var limit ? limit : Math.Max(1, Math.Floor(every * 0.8m))) });
            into.Components.Add(component);
        }
        else
        {
            byId.Remove(id);
            monitor.LeaveAll(why);
            return;
        }
        if (monitor.RawText("parent") is { Length: > 0 } parent && parent != "null") parents.Add((parent, component));
        Rest(monitor);
    }

    private ImportedProbe? Probe(Fields monitor, string type, out string why)
    {
        why = "";
        var (host, port) = (monitor.Text("hostname"), monitor.Text("port"));
        switch (type)
        {
            case "http" or "keyword" or "json-query":
                if (monitor.Text("url") is { } url) return Http(monitor, type, url);
                why = "The monitor has no URL.";
                return null;
            case "port":
                why = host is null || port is null ? "The monitor has no host or no port." : "";
                return why.Length > 0 ? null : new ImportedProbe("tcp", Probes.HostPort(host!, port!));
            case "ping":
                why = host is null ? "The monitor has no host." : probes.Lacks("icmp") ?? "";
                monitor.Leave("packetSize", "The icmp probe has no such option.");
                return why.Length > 0 ? null : new ImportedProbe("icmp", host!);
            case "dns":
                why = host is null ? "The monitor has no host." : probes.Lacks("dns") ?? "";
                if (why.Length > 0) return null;
                var server = monitor.Text("dns_resolve_server") ?? "system";
                return new ImportedProbe("dns", host!) { Options = [("resolvers", Probes.List(server.Split(',', StringSplitOptions.TrimEntries).Select(one => port is null or "53" || one == "system" ? one : Probes.HostPort(one, port)))), ("record", monitor.Text("dns_resolve_type") ?? "A")] };
            case "push":
                // Kuma's own tokens have 32 characters; an older, shorter one is none of ours.
                why = monitor.Text("pushToken") is { Length: >= 16 } ? "" : "Its token is shorter than 16 characters: give the job a new one (openssl rand -hex 16).";
                return why.Length > 0 ? null : new ImportedProbe("heartbeat", monitor.Text("pushToken")!) { Options = [("expect", GoDuration.Text((monitor.Number("interval") ?? 60) + 1))] };
            default:
                why = $"Nines has no probe for monitors of type '{type}'.";
                return null;
        }
    }

    private ImportedProbe Http(Fields monitor, string type, string url)
    {
        var options = new List<(string, string)>();
        if (monitor.Text("method") is { } method && method.ToUpperInvariant() is var upper and not "GET") options.Add(("method", upper));
        var headers = Headers(monitor);
        if (monitor.Text("basic_auth_user") is { } user) headers.Add(Probes.BasicAuthorization(user, monitor.Text("basic_auth_pass") ?? ""));
        var body = monitor.Text("body");
        if (body is not null && !headers.Exists(header => header.Item1.Equals("content-type", StringComparison.OrdinalIgnoreCase)))
            headers.Add(("content-type", monitor.Text("httpBodyEncoding") switch { "xml" => "text/xml; charset=utf-8", "form" => "application/x-www-form-urlencoded", _ => "application/json" }));
        if (headers.Count > 0) options.Add(("headers", Probes.Headers(headers, Probes.Quoted)));
        if (body is not null) options.Add(("body", Probes.Quoted(body)));
        if (monitor.RawText("maxredirects") is { } redirects && redirects != "10") options.Add(("redirects", redirects));
        var probe = new ImportedProbe("http", url.Replace("${", "$${", StringComparison.Ordinal)) { Options = [.. options] };
        var codes = monitor.Texts("accepted_statuscodes");
        if (Probes.Status(codes.Count > 0 ? codes : ["200-299"]) is { } status) probe.Conditions.Add(new ImportedCondition(status + " else down", $"{monitor.Path}.accepted_statuscodes"));
        else monitor.Leave("accepted_statuscodes", "These are no status codes.");
        if (type == "keyword" && monitor.Text("keyword") is { } keyword)
            probe.Conditions.Add(new ImportedCondition($"{(monitor.Flag("invertKeyword") ? "not " : "")}body contains {Probes.InCondition(keyword)} else down", $"{monitor.Path}.keyword"));
        if (type == "json-query") JsonQuery(monitor, probe);
        if (monitor.Flag("expiryNotification")) probe.Conditions.Add(new ImportedCondition("cert_expires_in > 14d else degraded", $"{monitor.Path}.expiryNotification"));
        return probe;
    }

    /// <summary>The query is JSONata, of which a path of names is what can be written here.</summary>
    private static void JsonQuery(Fields monitor, ImportedProbe probe)
    {
        var (path, expected, comparison) = (monitor.Text("jsonPath") ?? "$", monitor.RawText("expectedValue") ?? "", monitor.Text("jsonPathOperator") ?? "==");
        var plain = path.StartsWith('$') ? path : "$." + path;
        if (comparison is not ("==" or "!=" or "<" or "<=" or ">" or ">="))
        {
            monitor.Leave("jsonPathOperator", $"Nines does not compare with '{comparison}'.");
            return;
        }
        var isNumber = decimal.TryParse(expected, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _);
        probe.Conditions.Add(new ImportedCondition($"json({plain}) {comparison} {(isNumber || expected is "true" or "false" ? expected : Probes.InCondition(expected))} else down", $"{monitor.Path}.jsonPath"));
    }

    private static List<(string, string)> Headers(Fields monitor)
    {
        if (monitor.Text("headers") is not { } text) return [];
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind == JsonValueKind.Object) return [.. json.RootElement.EnumerateObject().Select(pair => (pair.Name, pair.Value.ToString()))];
        }
        catch (JsonException)
        {
            // Said below, as for JSON that is no object.
        }
        monitor.Leave("headers", "The headers are not a JSON object.");
        return [];
    }

    private static void Rest(Fields monitor)
    {
        monitor.Ignore("weight", "childrenIDs", "pathName", "path", "includeSensitiveData", "forceInactive", "maintenance", "screenshot", "dns_last_result", "timeout", "interval", "resendInterval",
            "httpBodyEncoding", "authMethod", "accepted_statuscodes", "maxredirects", "method", "parent", "jsonPathOperator", "grpcEnableTls", "packetSize", "dns_resolve_type", "dns_resolve_server", "url", "hostname", "port",
            "keyword", "invertKeyword", "jsonPath", "expectedValue", "pushToken", "basic_auth_user", "basic_auth_pass", "expiryNotification", "kafkaProducerSaslOptions", "gamedigGivenPortOnly");
        monitor.Leave("maxretries", "Nines looks again at once and calls it an outage when a second look agrees.");
        monitor.Leave("retryInterval", "Nines looks again every second while it suspects something.");
        monitor.Leave("ignoreTls", "Nines always checks certificates: name the root to trust with ca_file.");
        monitor.Leave("proxyId", "Give the proxy to a vantage point: vantage_points: [{name: …, proxy: http://…}].");
        monitor.Leave("notificationIDList", "Nines tells every notifier of every outage.");
        monitor.Leave("description", "A component has labels, and no description.");
        monitor.Done("Only monitors of another type use it, or Nines has no such option.");
    }

    private void Notification(Fields notification)
    {
        notification.Ignore("id", "userId", "active", "isDefault", "name");
        var text = notification.Text("config");
        if (text is not null && Slack(text) is { } url) into.Notifiers.Add(new ImportedNotifier("slack", url.Replace("${", "$${", StringComparison.Ordinal)));
        else notification.LeavePart("config", "config", "Nines tells Slack and webhooks (CloudEvents); the others can be reached through a webhook.");
        notification.Done();
    }

    private static string? Slack(string config)
    {
        var mistakes = new MistakeList();
        return JsonTree.Read(Encoding.UTF8.GetBytes(config), new ConfigSource("config", "/"), mistakes) is YamlTree.Mapping tree
            && tree.Find("type") is YamlTree.Scalar { Text: "slack" } && tree.Find("slackwebhookURL") is YamlTree.Scalar { Text.Length: > 0 } url ? url.Text : null;
    }
}
