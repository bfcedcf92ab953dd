using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nines.Cli.Import;

/// <summary>Gatus's config: endpoints with conditions, Slack alerts, maintenance.</summary>
internal sealed partial class GatusImport(Imported into, Probes probes)
{
    private const string OfTheServer = "It configures Gatus's own server.";

    public void Read(Fields root)
    {
        foreach (var endpoint in root.Groups("endpoints").Concat(root.Groups("services"))) Endpoint(endpoint);
        foreach (var outside in root.Groups("external-endpoints")) External(outside);
        if (root.Group("alerting") is { } alerting) Alerting(alerting);
        if (root.Group("maintenance") is { } maintenance) Maintenance(maintenance);
        root.Leave("suites", "Nines has no probe of several steps that hand values on.");
        root.Leave("announcements", "Nines has no announcements.");
        foreach (var key in (string[])["storage", "web", "ui", "security", "metrics", "debug", "concurrency", "disable-monitoring-lock", "skip-invalid-config-update", "connectivity", "remote", "tunneling"])
            root.Leave(key, OfTheServer);
        root.Done();
    }

    private void Endpoint(Fields endpoint)
    {
        var (name, url) = (endpoint.Text("name") ?? "", endpoint.Text("url"));
        if (endpoint.RawText("enabled") == "false")
        {
            endpoint.LeaveAll("The endpoint is not enabled.");
            return;
        }
        if (url is null)
        {
            endpoint.LeaveAll("An endpoint without a URL.");
            return;
        }
        var client = endpoint.Group("client");
        var group = endpoint.Text("group");
        var conditions = endpoint.Texts("conditions");
        if (Probe(endpoint, Unescaped(url), client, out var why) is not { } probe)
        {
            endpoint.LeaveAll(why);
            return;
        }
        probe = probe with { EveryS = endpoint.Seconds("interval") ?? 60, TimeoutS = client?.Seconds("timeout") ?? 10 };
        probe = probe with { TimeoutS = Math.Min(probe.TimeoutS.Value, probe.EveryS.Value) };
        var component = new ImportedComponent(into.NameFor(group is null ? name : $"{group}-{name}"), group is null ? name : $"{group}/{name}") { Kind = probe.Type is "http" or "websocket" ? "dapp" : "infra", From = endpoint.Path };
        if (group is not null) component.Labels["group"] = group;
        foreach (var (label, value) in endpoint.Pairs("extra-labels")) component.Labels[label] = value;
        Conditions(endpoint, conditions, probe);
        // Gatus asks once and is content with one answer: a stream that is quiet is no fault of it.
        if (probe.Type == "websocket") probe.Conditions.Add(new ImportedCondition("silence < 1d else down", endpoint.Path));
        component.Probes.Add(probe);
        into.Components.Add(component);
        foreach (var alert in endpoint.Groups("alerts")) Alert(alert);
        endpoint.Leave("maintenance-windows", "Write a window of this component under 'maintenance'.");
        endpoint.Leave("ui", "It is about Gatus's own pages.");
        endpoint.Leave("graphql", "Write the query into 'body' as JSON: {\"query\": \"…\"}.");
        endpoint.Leave("ssh", "Nines does not log in over SSH.");
        if (client is not null) Client(client, probe.Type);
        endpoint.Done();
    }

    private ImportedProbe? Probe(Fields endpoint, string url, Fields? client, out string why)
    {
        why = "";
        if (endpoint.Group("dns") is { } dns) return Dns(dns, url, out why);
        var scheme = url.Contains("://", StringComparison.Ordinal) ? url[..url.IndexOf("://", StringComparison.Ordinal)] : "";
        var rest = url[Math.Min(url.Length, scheme.Length + 3)..];
        switch (scheme)
        {
            case "http" or "https":
                var options = new List<(string, string)>();
                if (endpoint.Text("method") is { } method && method.ToUpperInvariant() is var upper and not "GET") options.Add(("method", upper));
                var headers = endpoint.Pairs("headers");
                if (headers.Count > 0) options.Add(("headers", Probes.Headers(headers, value => Probes.QuotedWithVariables(Unescaped(value)))));
                if (endpoint.Text("body") is { } body) options.Add(("body", Probes.QuotedWithVariables(Unescaped(body))));
                if (client?.Flag("ignore-redirect") == true) options.Add(("redirects", "0"));
                return new ImportedProbe("http", url) { Options = [.. options] };
            case "tcp":
                return new ImportedProbe("tcp", rest) { Options = BodyToSend(endpoint) };
            case "tls":
                return new ImportedProbe("tcp", rest) { Options = [("tls", "true"), .. BodyToSend(endpoint)] };
            case "ws" or "wss":
                endpoint.Leave("body", "Write it under 'subscribe', if it subscribes to something.");
                return new ImportedProbe("websocket", url);
            case "icmp":
                return (why = probes.Lacks("icmp") ?? "").Length > 0 ? null : new ImportedProbe("icmp", rest);
            case "starttls":
                why = "Nines does not speak STARTTLS.";
                return null;
            default:
                why = scheme.Length == 0 ? "The URL has no scheme." : $"Nines has no probe for {scheme}://.";
                return null;
        }
    }

    private static ImmutableArray<(string, string)> BodyToSend(Fields endpoint) =>
        endpoint.Text("body") is { } body ? [("send", Probes.QuotedWithVariables(Unescaped(body)))] : [];

    private ImportedProbe? Dns(Fields dns, string server, out string why)
    {
        var (name, type) = (dns.Text("query-name"), dns.Text("query-type") ?? "A");
        dns.Done();
        why = name is null ? "A DNS endpoint without a query-name." : probes.Lacks("dns") ?? "";
        if (why.Length > 0) return null;
        var at = server.Contains("://", StringComparison.Ordinal) ? server[(server.IndexOf("://", StringComparison.Ordinal) + 3)..] : server;
        return new ImportedProbe("dns", name!.TrimEnd('.')) { Options = [("resolvers", Probes.List([at])), ("record", type.ToUpperInvariant())] };
    }

    private void Conditions(Fields endpoint, IReadOnlyList<string> texts, ImportedProbe probe)
    {
        var body = probe.Type switch { "tcp" => "answer", "websocket" => "message", "dns" => GatusConditions.Records, _ => "body" };
        for (var i = 0; i < texts.Count; i++)
        {
            var from = string.Create(CultureInfo.InvariantCulture, $"{endpoint.Path}.conditions[{i}]");
            var reading = GatusConditions.Read(texts[i], body);
            if (reading.Text is { } text) probe.Conditions.Add(new ImportedCondition(Unescaped(text), from));
            else if (reading.Why is { } why) endpoint.LeavePart("conditions", $"conditions[{i}]", $"{texts[i]}: {why}");
        }
    }

    private void Client(Fields client, string type)
    {
        client.Leave("insecure", "Nines always checks certificates: name the root to trust with ca_file.");
        client.Leave("dns-resolver", "Nines resolves with the system's resolver.");
        client.Leave("proxy-url", "Give the proxy to a vantage point: vantage_points: [{name: …, proxy: http://…}].");
        client.Leave("tls", "Give the probe client_cert_file and client_key_file.");
        client.Leave("oauth2", "Nines does not fetch OAuth 2 tokens.");
        client.Leave("identity-aware-proxy", "Nines does not fetch tokens of Google's proxy.");
        client.Leave("network", type == "icmp" ? "Write ip4 or ip6 as the probe's documentation says." : "Nines takes the addresses in the system's order.");
        client.Leave("tunnel", "Nines has no SSH tunnels.");
        client.Done();
    }

    private static void Alert(Fields alert)
    {
        var type = alert.Text("type");
        if (type is not "slack") alert.LeaveAll($"Nines tells Slack and webhooks; {type ?? "this alert"} can be reached through a webhook.");
        alert.Ignore("enabled", "send-on-resolved"); // every outage is told, and its end too
        alert.Leave("failure-threshold", "Nines looks again at once and calls it an outage when a second look agrees.");
        alert.Leave("success-threshold", "Nines looks again at once; write 'until …' in a condition to leave late.");
        alert.Leave("description", "Nines writes its own texts.");
        alert.Leave("minimum-reminder-interval", "Nines does not remind.");
        alert.Leave("provider-override", "Nines tells every notifier of every outage.");
        alert.Done();
    }

    private void Alerting(Fields alerting)
    {
        if (alerting.Group("slack") is { } slack)
        {
            if (slack.Text("webhook-url") is { } url) into.Notifiers.Add(new ImportedNotifier("slack", Unescaped(url)));
            slack.Leave("default-alert", "Every outage is told, and its end too.");
            slack.Leave("overrides", "Nines tells every notifier of every outage.");
            slack.Leave("title", "Nines writes its own texts.");
            slack.Done();
        }
        alerting.Done("Nines tells Slack and webhooks (CloudEvents); the others can be reached through a webhook.");
    }

    private void External(Fields outside)
    {
        var (name, group, token) = (outside.Text("name") ?? "", outside.Text("group"), outside.Text("token"));
        var every = outside.Group("heartbeat")?.Seconds("interval");
        if (outside.RawText("enabled") == "false" || token is null || !Token().IsMatch(token) || every is null)
        {
            outside.LeaveAll(outside.RawText("enabled") == "false" ? "The endpoint is not enabled." : every is null ? "Without heartbeat.interval nothing says how often it has to report." : "Its token is none of Nines's: 16 to 200 of A-Z, a-z, 0-9, '-', '_'.");
            return;
        }
        var component = new ImportedComponent(into.NameFor(group is null ? name : $"{group}-{name}"), name) { Kind = "infra", From = outside.Path };
        if (group is not null) component.Labels["group"] = group;
        component.Probes.Add(new ImportedProbe("heartbeat", token) { Options = [("expect", GoDuration.Text(every.Value))] });
        into.Components.Add(component);
        foreach (var alert in outside.Groups("alerts")) Alert(alert);
        outside.Ignore("enabled");
        outside.Done();
    }

    private void Maintenance(Fields maintenance)
    {
        var (start, length, zone) = (maintenance.Text("start"), maintenance.Seconds("duration"), maintenance.Text("timezone") ?? "UTC");
        var days = maintenance.Texts("every");
        if (maintenance.RawText("enabled") == "false" || start is null || length is null)
        {
            maintenance.LeaveAll(start is null || length is null ? "A window needs start and duration." : "The window is not enabled.");
            return;
        }
        into.Windows.Add(new ImportedWindow("maintenance", days.Count == 0 ? "day" : $"[{string.Join(", ", days.Select(day => Probes.Quoted(day.ToLowerInvariant())))}]", start, GoDuration.Text(length.Value), zone));
        maintenance.Done();
    }

    /// <summary>Gatus writes $NAME and ${NAME} for variables and $$ for the character; a config writes ${NAME} and $${.</summary>
    private static string Unescaped(string text) => Dollar().Replace(text, match => match.Value switch
    {
        "$$" => "$",
        "$${" or "${" => "$${",
        ['$', '{', ..] => match.Value,
        _ => $"${{{match.Value[1..]}}}",
    });

    [GeneratedRegex(@"\$\$\{|\$\$|\$\{[A-Za-z_][A-Za-z0-9_]*\}|\$\{|\$[A-Za-z_][A-Za-z0-9_]*", RegexOptions.CultureInvariant)]
    private static partial Regex Dollar();

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{16,200}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
