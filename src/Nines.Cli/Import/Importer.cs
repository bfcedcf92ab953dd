using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nines.Cli.Config;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.Yaml;

namespace Nines.Cli.Import;

/// <summary>Whose documents can be imported.</summary>
internal enum ForeignFormat
{
    Blackbox,
    Gatus,
    Kuma,
}

/// <summary>Makes a config of another tool's document, and proves by loading it that it is one.</summary>
internal sealed partial class Importer(ConfigSurroundings surroundings)
{
    /// <param name="Text">The new config.</param>
    public sealed record Result(Imported Imported, string Text);

    /// <param name="path">The document.</param>
    /// <param name="format">Null finds out by what is in it.</param>
    /// <param name="targets">A Prometheus config, for a blackbox_exporter's.</param>
    /// <exception cref="ImportException">It cannot be read, is of no known kind, or holds nothing to watch.</exception>
    public Result Import(string path, ForeignFormat? format, string? targets)
    {
        var tree = Open(path);
        var kind = format ?? KindOf(tree) ?? throw new ImportException($"{path}: looks like no config of blackbox_exporter (modules), Gatus (endpoints) or Uptime Kuma (monitorList). Say with --format which it is.");
        if (targets is not null && kind != ForeignFormat.Blackbox) throw new ImportException("--targets goes with the config of a blackbox_exporter: the other tools' documents hold their targets.");
        var into = new Imported(kind switch { ForeignFormat.Blackbox => "blackbox_exporter", ForeignFormat.Gatus => "Gatus", ForeignFormat.Kuma => "Uptime Kuma" });
        var probes = new Probes(surroundings.ProbeTypes);
        var root = new Fields(tree, "", into.Left);
        switch (kind)
        {
            case ForeignFormat.Blackbox:
                if (targets is null) throw new ImportException($"{path}: says how blackbox_exporter probes, and not what: name the Prometheus config that holds the targets with --targets prometheus.yml.");
                new BlackboxImport(into, probes).Read(root, new Fields(Open(targets), "", into.Left));
                break;
            case ForeignFormat.Gatus:
                new GatusImport(into, probes).Read(root);
                break;
            case ForeignFormat.Kuma:
                new KumaImport(into, probes).Read(root);
                break;
        }
        return new Result(into, Proven(into, path));
    }

    private static ForeignFormat? KindOf(YamlTree.Mapping tree) => tree switch
    {
        _ when tree.Has("monitorList") => ForeignFormat.Kuma,
        _ when tree.Has("endpoints") || tree.Has("external-endpoints") || tree.Has("services") => ForeignFormat.Gatus,
        _ when tree.Find("modules") is YamlTree.Mapping => ForeignFormat.Blackbox,
        _ => null,
    };

    private static YamlTree.Mapping Open(string path)
    {
        if (ConfigFiles.OpenOne(path, out var unreadable) is not { } text) throw new ImportException($"{path}: {unreadable!.Message}");
        var mistakes = new MistakeList();
        var tree = JsonTree.Looks(text.Bytes) ? JsonTree.Read(text.Bytes, text.Source, mistakes) : YamlReader.Read(text.Bytes, text.Source, mistakes);
        if (mistakes.InOrder().FirstOrDefault() is { } wrong) throw new ImportException(wrong.ToString());
        return tree as YamlTree.Mapping ?? throw new ImportException($"{path}: holds {Config.Binding.Binder.Describe(tree!)}; a document to import has keys.");
    }

    /// <summary>
    /// The text, after all that Nines refuses was taken out of it: a pattern of another dialect, a label too many. Each round takes out
    /// what the loader names, and lists it.
    /// </summary>
    private string Proven(Imported imported, string path)
    {
        var loader = new ConfigLoader(surroundings);
        while (imported.Components.Count > 0)
        {
            var text = ImportedText.Write(imported, path);
            if (loader.Read("imported", Encoding.UTF8.GetBytes(text), Environment.CurrentDirectory) is not ConfigReading.Refused { Mistakes: var mistakes }) return text;
            // A variable that is not set here may be where the config will be used.
            var toMend = mistakes.Where(mistake => mistake.Code != MistakeCode.Variable).ToList();
            if (toMend.Count == 0) return text;
            TakeOut(imported, toMend, path);
        }
        throw new ImportException($"{path}: holds nothing that Nines could watch.{(imported.Left.Count == 0 ? "" : $" What was found: {imported.Left[0].Key}: {imported.Left[0].Why}")}");
    }

    private static void TakeOut(Imported imported, IReadOnlyList<Mistake> mistakes, string path)
    {
        var conditions = new HashSet<ImportedCondition>(ReferenceEqualityComparer.Instance);
        var components = new HashSet<ImportedComponent>(ReferenceEqualityComparer.Instance);
        foreach (var mistake in mistakes)
        {
            var at = Component().Match(mistake.Path);
            if (!at.Success)
            {
                TakeOutOther(imported, mistake, path);
                continue;
            }
            var component = imported.Components[Index(at.Groups[1])];
            if (at.Groups[3].Success && component.Probes[Index(at.Groups[2])].Conditions[Index(at.Groups[3])] is var condition)
            {
                if (conditions.Add(condition)) imported.Left.Add(new LeftOver(path, 0, condition.From, $"{condition.Text}: {mistake.Message}"));
            }
            else if (components.Add(component))
                imported.Left.Add(new LeftOver(path, 0, component.From, $"{component.Called}: {mistake.Message}"));
        }
        foreach (var component in imported.Components)
        {
            foreach (var probe in component.Probes) probe.Conditions.RemoveAll(conditions.Contains);
            component.Needs.RemoveAll(need => components.Any(gone => gone.Name == need));
        }
        imported.Components.RemoveAll(component => components.Contains(component) || component.Probes.Count == 0 && component.Needs.Count == 0);
    }

    private static void TakeOutOther(Imported imported, Mistake mistake, string path)
    {
        if (mistake.Path.StartsWith("maintenance", StringComparison.Ordinal) && imported.Windows.Count > 0) imported.Windows.Clear();
        else if (mistake.Path.StartsWith("notify", StringComparison.Ordinal) && imported.Notifiers.Count > 0) imported.Notifiers.Clear();
        else throw new InvalidOperationException($"What was made of {path} is no config: {mistake}");
        imported.Left.Add(new LeftOver(path, 0, mistake.Path.Split('[')[0], mistake.Message));
    }

    private static int Index(Group group) => int.Parse(group.Value, NumberStyles.None, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\Acomponents\[([0-9]+)\](?:\.probes\[([0-9]+)\](?:\.conditions\[([0-9]+)\])?)?", RegexOptions.CultureInvariant)]
    private static partial Regex Component();
}
