using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Discovery;

/// <summary>
/// Reads a list of objects as <c>kubectl get … -o json</c> prints it and the API server answers: services (a target each), ingresses (one a
/// host), endpoints (one a ready address) and running pods. An object's annotations <c>nines.dev/…</c> say what it is and how it is probed.
/// </summary>
internal static class KubernetesTargets
{
    public const string Prefix = "nines.dev/";
    private const int LongestAnnotation = 16 << 10, MostAnnotations = 20;

    /// <param name="source">The file or address, as messages name it.</param>
    /// <param name="next">Where the list goes on; null at its end.</param>
    /// <exception cref="SourceException">The text is no such list.</exception>
    public static Found Read(ReadOnlyMemory<byte> bytes, string source, out string? next)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { MaxDepth = 64 });
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "kind") is not { } kind || !kind.EndsWith("List", StringComparison.Ordinal) || !root.TryGetProperty("items", out var items) || items.ValueKind != JsonValueKind.Array)
                throw new SourceException(Text(root, "kind") == "Status" ? $"{source}: {Text(root, "message")}" : $"{source}: expected a List of objects, as 'kubectl get services -A -o json' prints it.");
            next = Member(root, "metadata") is { } metadata && Text(metadata, "continue") is { Length: > 0 } more ? more : null;
            var targets = ImmutableArray.CreateBuilder<Target>();
            var mistakes = new MistakeList();
            foreach (var item in items.EnumerateArray())
            {
                // In a list of one kind the API server leaves the kind of its items out.
                var itemKind = Text(item, "kind") ?? kind[..^4];
                foreach (var target in Targets(item, itemKind, source, mistakes))
                {
                    targets.Add(target);
                    if (targets.Count <= Found.Most) continue;
                    targets.RemoveAt(Found.Most);
                    mistakes.Add(MistakeCode.TooMany, target.At(""), $"This and what follows is left out: one source brings at most {Found.Most:N0} targets.");
                    return new Found(targets.ToImmutable(), [.. mistakes.InOrder()]);
                }
            }
            return new Found(targets.ToImmutable(), [.. mistakes.InOrder()]);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            throw new SourceException($"{source}: is not JSON{(wrong is JsonException { LineNumber: { } line } ? $" from line {line + 1} on" : "")}.");
        }
    }

    private static IEnumerable<Target> Targets(JsonElement item, string kind, string source, MistakeList mistakes)
    {
        if (item.ValueKind != JsonValueKind.Object || Member(item, "metadata") is not { } metadata || Text(metadata, "name") is not { } name) yield break;
        var space = Text(metadata, "namespace") ?? "default";
        var annotations = Texts(metadata, "annotations");
        if (annotations.GetValueOrDefault(Prefix + "ignore") is "true" or "yes") yield break;
        var at = new ConfigSource($"{source} {kind.ToLowerInvariant()} {space}/{name}", "/");
        var values = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in Texts(metadata, "labels")) values[$"label.{key}"] = value;
        foreach (var (key, value) in annotations) values[$"annotation.{key}"] = value;
        (values["name"], values["namespace"], values["kind"]) = (name, space, kind.ToLowerInvariant());
        var own = Own(annotations, at, mistakes, out var broken);
        if (broken) yield break;
        foreach (var (address, scheme) in Addresses(item, kind, name, space))
        {
            var whole = FileTargets.WithAddress(values.ToImmutable(), address);
            yield return new Target(at, 1, 1) { Values = scheme is null ? whole : whole.SetItem("scheme", scheme), Own = own };
        }
    }

    /// <summary>The addresses at which an object is reached, the first port of each.</summary>
    private static IEnumerable<(string Address, string? Scheme)> Addresses(JsonElement item, string kind, string name, string space)
    {
        var spec = Member(item, "spec");
        switch (kind)
        {
            case "Service" when Text(spec, "type") == "ExternalName":
                if (Text(spec, "externalName") is { } outside) yield return (outside, null);
                break;
            case "Service":
                var port = FirstPort(spec, "ports", "port");
                yield return ($"{name}.{space}.svc{port}", port == ":443" ? "https" : "http");
                break;
            case "Ingress":
                var secured = Items(spec, "tls").SelectMany(tls => Items(tls, "hosts")).Select(host => host.ToString()).ToHashSet(StringComparer.OrdinalIgnoreCase);
                foreach (var host in Items(spec, "rules").Select(rule => Text(rule, "host")).OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase))
                    yield return (host, secured.Contains(host) ? "https" : "http");
                break;
            case "Endpoints":
                foreach (var subset in Items(item, "subsets"))
                    foreach (var ip in Items(subset, "addresses").Select(address => Text(address, "ip")).OfType<string>())
                        yield return (Bracketed(ip) + FirstPort(subset, "ports", "port"), null);
                break;
            case "Pod":
                var status = Member(item, "status");
                if (Text(status, "phase") == "Running" && Text(status, "podIP") is { } podIp)
                    yield return (Bracketed(podIp) + Items(spec, "containers").Select(container => FirstPort(container, "ports", "containerPort")).FirstOrDefault(found => found.Length > 0, ""), null);
                break;
        }
    }

    /// <summary>The part of a component that annotations give: kind, name, probes.</summary>
    private static YamlTree.Mapping? Own(IReadOnlyDictionary<string, string> annotations, ConfigSource at, MistakeList mistakes, out bool broken)
    {
        broken = false;
        YamlTree.Mapping? own = null;
        YamlTree.Sequence? probes = null;
        foreach (var (key, text) in annotations.Where(pair => pair.Key.StartsWith(Prefix, StringComparison.Ordinal)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Take(MostAnnotations))
        {
            own ??= new YamlTree.Mapping(at, 1, 1);
            var word = key[Prefix.Length..];
            if (word is "name" or "kind") own.Add(Scalar(at, word), Scalar(at, text));
            else if (word == "probe" || word.StartsWith("probe.", StringComparison.Ordinal) || word.StartsWith("probe-", StringComparison.Ordinal))
            {
                if (Probe(text, key, at, mistakes) is { } probe) (probes ??= new YamlTree.Sequence(at, 1, 1)).Add(probe);
                else broken = true;
            }
            else if (word != "ignore")
                mistakes.Add(MistakeCode.UnknownKey, new Place(at.Name, 1, 1, key), "There is no such annotation. There are nines.dev/name, nines.dev/kind, nines.dev/ignore, nines.dev/probe and nines.dev/probe.NAME.");
        }
        if (probes is not null) own!.Add(Scalar(at, "probes"), probes);
        return own;
    }

    private static YamlTree.Mapping? Probe(string text, string key, ConfigSource at, MistakeList mistakes)
    {
        var place = new Place(at.Name, 1, 1, key);
        if (text.Length > LongestAnnotation)
        {
            mistakes.Add(MistakeCode.TooLarge, place, $"The object is left out: this annotation has more than {LongestAnnotation:N0} characters.");
            return null;
        }
        var own = new MistakeList();
        var tree = YamlReader.Read(Encoding.UTF8.GetBytes(text), at, own);
        if (tree is not YamlTree.Mapping probe)
        {
            mistakes.Add(MistakeCode.WrongType, place, $"The object is left out: this annotation is no probe such as 'http: https://{{{{target}}}}/health'. {own.InOrder().FirstOrDefault()?.Message}");
            return null;
        }
        // Who may annotate an object may not read this machine's files through us.
        if (FileIn(probe) is { } file)
        {
            mistakes.Add(MistakeCode.Combination, place, $"The object is left out: an annotation cannot name a file of this machine ({file.Text}). Write the probe into the template.");
            return null;
        }
        return probe;
    }

    /// <summary>The first key, however deep, that names a file.</summary>
    private static YamlTree.Scalar? FileIn(YamlTree value) => value switch
    {
        YamlTree.Mapping mapping => mapping.Pairs.Select(pair => pair.Key.Text.EndsWith("_file", StringComparison.Ordinal) ? pair.Key : FileIn(pair.Value)).FirstOrDefault(key => key is not null),
        YamlTree.Sequence list => list.Items.Select(FileIn).FirstOrDefault(key => key is not null),
        _ => null,
    };

    private static YamlTree.Scalar Scalar(ConfigSource at, string text) => new(at, 1, 1, text, plain: false, contentOffset: -1);

    private static string FirstPort(JsonElement? of, string list, string key) =>
        Items(of, list).Select(port => Member(port, key)).OfType<JsonElement>().Where(port => port.ValueKind == JsonValueKind.Number)
            .Select(port => string.Create(CultureInfo.InvariantCulture, $":{port}")).FirstOrDefault("");

    private static string Bracketed(string ip) => ip.Contains(':', StringComparison.Ordinal) ? $"[{ip}]" : ip;

    private static JsonElement? Member(JsonElement? of, string key) =>
        of is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(key, out var member) ? member : null;

    private static string? Text(JsonElement? of, string key) => Member(of, key) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static IEnumerable<JsonElement> Items(JsonElement? of, string key) => Member(of, key) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    private static Dictionary<string, string> Texts(JsonElement of, string key) => Member(of, key) is { ValueKind: JsonValueKind.Object } pairs
        ? pairs.EnumerateObject().Where(pair => pair.Value.ValueKind == JsonValueKind.String).DistinctBy(pair => pair.Name).ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!, StringComparer.Ordinal)
        : [];
}
