using System.Collections.Immutable;
using Nines.Cli.Config.Binding;
using Nines.Cli.Config.Files;
using Nines.Cli.Config.Yaml;
using Nines.Ledger.Objectives;

namespace Nines.Cli.Config.OpenSlo;

/// <summary>Reads the OpenSLO files that a config names.</summary>
internal static class OpenSloFiles
{
    public const int MostFiles = 1_000;

    /// <summary>Objectives, and what is not used; mistakes are recorded, each in its own file.</summary>
    public static (ImmutableArray<Objective> Objectives, ImmutableArray<NotUsed> NotUsed) Read(Binder binder, ConfigFile config, ObjectiveSetting setting)
    {
        if (config.Openslo.Length > MostFiles)
        {
            binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(config, "openslo"), $"There are {config.Openslo.Length:N0} files; at most {MostFiles:N0}.");
            return ([], []);
        }
        var documents = new OpenSloDocuments(binder.Mistakes);
        for (var i = 0; i < config.Openslo.Length; i++)
        {
            var place = binder.PlaceOf(config, "openslo", i);
            var folder = binder.ValueOf(config, "openslo") is YamlTree.Sequence list && i < list.Items.Count ? list.Items[i].Source.Folder : binder.FolderOf(config);
            if (ConfigFiles.OpenOne(Path.Combine(folder, config.Openslo[i]), out var unreadable) is { } file) documents.Add(file.Bytes, file.Source with { Name = config.Openslo[i] });
            else binder.Mistakes.Add(MistakeCode.File, place, $"{Variables.Show(config.Openslo[i])}: {(unreadable!.Message.Contains("permission", StringComparison.Ordinal) ? "the file cannot be read: permission denied." : "there is no such file, or it cannot be read. Paths are relative to the config that names them.")}");
        }
        return new OpenSloReader(documents, binder.Mistakes, setting).Read();
    }

    /// <summary>The same of files that the config does not name yet.</summary>
    public static (ImmutableArray<Objective> Objectives, ImmutableArray<NotUsed> NotUsed, ImmutableArray<Mistake> Mistakes) Try(IReadOnlyList<string> files, LoadedConfig config, IReadOnlyCollection<string> policies)
    {
        var mistakes = new MistakeList();
        var documents = new OpenSloDocuments(mistakes);
        foreach (var file in files)
        {
            if (ConfigFiles.OpenOne(file, out var unreadable) is { } text) documents.Add(text.Bytes, text.Source);
            else return ([], [], [unreadable! with { Message = unreadable.Message.Replace(" 'nines init' writes a first one.", "", StringComparison.Ordinal) }]);
        }
        var names = config.Topology.Components.Select(component => component.Id.Value).ToHashSet(StringComparer.Ordinal);
        var (objectives, notUsed) = new OpenSloReader(documents, mistakes, new ObjectiveSetting(config.Topology, names, policies, mayFindMore: false)).Read();
        return (objectives, notUsed, [.. mistakes.InOrder()]);
    }
}
