using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Nines.Cli.Import;

/// <summary>blackbox_exporter's modules, with the targets that a Prometheus config scrapes through them.</summary>
internal sealed class BlackboxImport(Imported into, Probes probes)
{
    private sealed record Module(string Prober, decimal? TimeoutS, Func<string, string, LeftOver> Where)
    {
        public List<(string Key, string Yaml)> Options { get; } = [];
        public List<ImportedCondition> Conditions { get; } = [];
        public bool IsUsed { get; set; }
        public bool Tls { get; set; }
        public string? QueryName { get; set; }

        /// <summary>Why nothing can be probed with it; null when something can.</summary>
        public string? Unusable { get; set; }
    }

    /// <param name="root">The exporter's config.</param>
    /// <param name="targets">Prometheus's config.</param>
    public void Read(Fields root, Fields targets)
    {
        var modules = new Dictionary<string, Module>(StringComparer.Ordinal);
        if (root.Group("modules") is { } list)
            foreach (var name in list.Keys)
                if (list.Group(name) is { } module)
                    modules[name] = ReadModule(module);
        root.Done();
        var global = targets.Group("global");
        var (every, timeout) = (global?.Seconds("scrape_interval") ?? 60, global?.Seconds("scrape_timeout") ?? 10);
        foreach (var job in targets.Groups("scrape_configs")) Job(job, modules, every, timeout);
        foreach (var (name, module) in modules.Where(pair => !pair.Value.IsUsed)) into.Left.Add(module.Where($"modules.{name}", "No job of the Prometheus config probes with this module."));
        global?.Done("It configures Prometheus's own server.");
        targets.Done("It configures Prometheus's own server.");
    }

    private Module ReadModule(Fields fields)
    {
        var prober = fields.Text("prober") ?? "";
        var module = new Module(prober, fields.Seconds("timeout"), fields.LeftOver);
        switch (prober)
        {
            case "http":
                if (fields.Group("http") is { } http) Http(http, module);
                if (!module.Conditions.Exists(condition => condition.Text.StartsWith("status", StringComparison.Ordinal)))
                    module.Conditions.Add(new ImportedCondition("status >= 200 and status < 300 else down", $"{fields.Path}.http.valid_status_codes"));
                break;
            case "tcp":
                if (fields.Group("tcp") is { } tcp) Tcp(tcp, module);
                break;
            case "icmp":
                module.Unusable = probes.Lacks("icmp");
                fields.Group("icmp")?.Done("The icmp probe has no such option.");
                break;
            case "dns":
                module.Unusable = probes.Lacks("dns");
                if (fields.Group("dns") is { } dns) Dns(dns, module);
                break;
            default:
                module.Unusable = $"Nines has no probe for the prober '{prober}'.";
                fields.Leave(prober, module.Unusable);
                break;
        }
        fields.Done(module.Unusable ?? "Only the section that the prober names is used.");
        return module;
    }

    private static void Http(Fields http, Module module)
    {
        var codes = http.Texts("valid_status_codes");
        if (codes.Count > 0)
        {
            if (Probes.Status(codes) is { } status) module.Conditions.Add(new ImportedCondition(status + " else down", $"{http.Path}.valid_status_codes"));
            else http.Leave("valid_status_codes", "These are no status codes.");
        }
        if (http.Text("method") is { } method && method != "GET") module.Options.Add(("method", method.ToUpperInvariant()));
        var headers = http.Pairs("headers").ToList();
        if (http.Group("basic_auth") is { } basic)
        {
            if ((basic.Text("username"), basic.Text("password")) is ({ } user, { } password)) headers.Add(Probes.BasicAuthorization(user, password));
            basic.Done("Write the header into 'headers': authorization: ${AUTHORIZATION}.");
        }
        if (http.Text("bearer_token") is { } token) headers.Add(("authorization", $"Bearer {token}"));
        if (headers.Count > 0) module.Options.Add(("headers", Probes.Headers(headers, Probes.Quoted)));
        if (http.Text("body") is { } body) module.Options.Add(("body", Probes.Quoted(body)));
        if (http.Flag("no_follow_redirects") || http.RawText("follow_redirects") == "false") module.Options.Add(("redirects", "0"));
        if (http.Texts("valid_http_versions") is { Count: > 0 } versions && versions.All(version => version.StartsWith("HTTP/2", StringComparison.Ordinal))) module.Options.Add(("protocol", "http2"));
        if (http.Flag("fail_if_not_ssl")) module.Conditions.Add(new ImportedCondition("cert_expires_in > 0s else down", $"{http.Path}.fail_if_not_ssl"));
        Patterns(http, "fail_if_body_matches_regexp", "not body matches ", module);
        Patterns(http, "fail_if_body_not_matches_regexp", "body matches ", module);
        http.Leave("bearer_token_file", "Write the header into 'headers': authorization: ${AUTHORIZATION}.");
        http.Leave("fail_if_ssl", "Nines has no condition on the absence of TLS.");
        http.Leave("fail_if_header_matches", "Nines compares headers with == and != only: header(\"x\") == \"y\".");
        http.Leave("fail_if_header_not_matches", "Nines compares headers with == and != only: header(\"x\") == \"y\".");
        http.Leave("proxy_url", "Give the proxy to a vantage point: vantage_points: [{name: …, proxy: http://…}].");
        http.Leave("oauth2", "Nines does not fetch OAuth 2 tokens.");
        http.Leave("compression", "Nines takes gzip, deflate and br, and looks at what was compressed.");
        http.Leave("body_file", "Write the text into 'body'.");
        Common(http);
    }

    private static void Patterns(Fields fields, string key, string before, Module module)
    {
        foreach (var pattern in fields.Texts(key)) module.Conditions.Add(new ImportedCondition($"{before}{Probes.PatternInCondition(pattern)} else down", $"{fields.Path}.{key}"));
    }

    private static void Tcp(Fields tcp, Module module)
    {
        module.Tls = tcp.Flag("tls");
        if (module.Tls) module.Options.Add(("tls", "true"));
        var steps = tcp.Groups("query_response").ToList();
        if (steps.Exists(step => step.Flag("starttls")))
        {
            module.Unusable = "Nines does not speak STARTTLS.";
            foreach (var step in steps) step.LeaveAll(module.Unusable);
        }
        else
        {
            for (var i = 0; i < steps.Count; i++) Step(steps[i], i, steps.Count, module);
        }
        Common(tcp);
    }

    private static void Step(Fields step, int index, int count, Module module)
    {
        // The first exchange: what is sent, and what must come back, in one step or in two.
        if (index == 0 && step.Text("send") is { } send) module.Options.Add(("send", Probes.Quoted(send.EndsWith('\n') ? send : send + "\n")));
        if (index <= 1 && step.Text("expect") is { } expect && !module.Options.Exists(option => option.Key == "expect") && !module.Conditions.Exists(condition => condition.Text.StartsWith("answer", StringComparison.Ordinal)))
        {
            var literal = expect.TrimStart('^');
            if (Regex.Escape(literal) == literal) module.Options.Add(("expect", Probes.Quoted(literal)));
            else module.Conditions.Add(new ImportedCondition($"answer matches {Probes.PatternInCondition(expect)} else down", $"{step.Path}.expect"));
        }
        step.Done(count > 1 ? "The tcp probe sends one text and expects one." : "No such key is known to this import.");
    }

    private static void Dns(Fields dns, Module module)
    {
        module.QueryName = dns.Text("query_name");
        if (dns.Text("query_type") is { } type && type != "ANY") module.Options.Add(("record", type));
        dns.Leave("valid_rcodes", "The dns probe refuses every code but NOERROR.");
        foreach (var key in (string[])["validate_answer_rrs", "validate_authority_rrs", "validate_additional_rrs"])
            dns.Leave(key, "Write what the answer must be under 'expect'.");
        dns.Leave("transport_protocol", "The dns probe asks by UDP, and by TCP when an answer is cut.");
        Common(dns);
    }

    private static void Common(Fields fields)
    {
        fields.Leave("preferred_ip_protocol", "Nines takes the addresses in the system's order.");
        fields.Ignore("ip_protocol_fallback");
        fields.Leave("source_ip_address", "Give it to a vantage point: vantage_points: [{name: …, source: …}].");
        if (fields.Group("tls_config") is { } tls)
        {
            tls.Leave("insecure_skip_verify", "Nines always checks certificates: name the root to trust with ca_file.");
            tls.Leave("ca_file", "Give the probe ca_file, with a path on this machine.");
            tls.Leave("cert_file", "Give the probe client_cert_file.");
            tls.Leave("key_file", "Give the probe client_key_file.");
            tls.Done("Nines has no such option for TLS.");
        }
        fields.Done("Nines has no such option.");
    }

    private void Job(Fields job, Dictionary<string, Module> modules, decimal every, decimal timeout)
    {
        var name = job.Text("job_name") ?? "";
        var asked = job.Group("params")?.Texts("module") ?? [];
        if (job.Text("metrics_path") != "/probe" || asked.Count == 0)
        {
            job.LeaveAll("This job does not scrape through blackbox_exporter (metrics_path: /probe and params.module).");
            return;
        }
        if (!modules.TryGetValue(asked[0], out var module))
        {
            job.LeaveAll($"The exporter's config has no module '{asked[0]}'.");
            return;
        }
        module.IsUsed = true;
        if (module.Unusable is { } why)
        {
            job.LeaveAll(why);
            return;
        }
        every = job.Seconds("scrape_interval") ?? every;
        timeout = Math.Min(module.TimeoutS ?? job.Seconds("scrape_timeout") ?? timeout, every);
        foreach (var group in job.Groups("static_configs"))
        {
            var labels = group.Pairs("labels");
            foreach (var target in group.Texts("targets")) Target(target, name, asked[0], module, labels, group.Path, every, timeout);
            group.Done();
        }
        job.Leave("file_sd_configs", "Write them under 'discover: files:' with a template.");
        job.Leave("kubernetes_sd_configs", "Write them under 'discover: kubernetes:' with a template.");
        // How a target becomes the exporter's parameter is the usual way of writing such a job.
        job.Ignore("relabel_configs", "scheme", "honor_labels", "honor_timestamps", "scrape_timeout");
        job.Done("It configures Prometheus's own scraping.");
    }

    private void Target(string target, string job, string moduleName, Module module, IReadOnlyList<(string Name, string Value)> labels, string path, decimal every, decimal timeout)
    {
        var shown = target.Contains("://", StringComparison.Ordinal) ? target[(target.IndexOf("://", StringComparison.Ordinal) + 3)..] : target;
        var component = new ImportedComponent(into.NameFor(shown.TrimEnd('/')), target) { Kind = module.Prober == "http" ? "dapp" : "infra", From = path };
        component.Labels["job"] = job;
        component.Labels["module"] = moduleName;
        foreach (var (label, value) in labels) component.Labels[label] = value;
        var probe = module.Prober switch
        {
            "http" => new ImportedProbe("http", target.Contains("://", StringComparison.Ordinal) ? target : $"http://{target}"),
            "dns" => new ImportedProbe("dns", (module.QueryName ?? target).TrimEnd('.')) { Options = [("resolvers", Probes.List([target]))] },
            var prober => new ImportedProbe(prober, target),
        };
        probe = probe with { Options = [.. probe.Options, .. module.Options], EveryS = every, TimeoutS = timeout };
        probe.Conditions.AddRange(module.Conditions);
        component.Probes.Add(probe);
        into.Components.Add(component);
    }
}
