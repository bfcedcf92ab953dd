using System.Collections.Immutable;
using Nines.Cli.Config.Binding;
using Nines.Core.Components;

namespace Nines.Cli.Config;

/// <summary>A source of components as the config names it, and the folder that its paths are relative to.</summary>
internal sealed record DiscoverSource(DiscoverEntry Entry, string Folder);

/// <summary>Checks what only shows when a whole source is known.</summary>
internal sealed class DiscoverBuilder(Binder binder)
{
    public const int Most = 100;

    public void Check(ImmutableArray<DiscoverEntry> entries)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        if (entries.Length > Most) binder.Mistakes.Add(MistakeCode.TooMany, binder.PlaceOf(entries[Most]), $"There are {entries.Length} sources; at most {Most}.");
        foreach (var entry in entries)
        {
            if (!Name.IsValid(entry.Name)) Say(MistakeCode.Name, entry, "name", $"{Variables.Show(entry.Name)} {ScalarReader.NameProblem}");
            else if (!names.Add(entry.Name)) Say(MistakeCode.NameTaken, entry, "name", $"There is another source '{entry.Name}'. Names are unique.");
            if (entry.Files.IsEmpty == (entry.Kubernetes is null) && binder.ValueOf(entry, "files") is null == binder.ValueOf(entry, "kubernetes") is null)
                binder.Mistakes.Add(MistakeCode.Combination, binder.PlaceOf(entry), "A source has exactly one of files and kubernetes.");
            var isAddress = entry.Kubernetes?.Contains("://", StringComparison.Ordinal) == true;
            if (isAddress && !(Uri.TryCreate(entry.Kubernetes, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", Host.Length: > 0, UserInfo: "" }))
                Say(MistakeCode.WrongType, entry, "kubernetes", "The address of an API begins with https:// or http:// and holds no password: https://10.0.0.1:6443/api/v1/services.");
            if (!isAddress && entry.Token is not null) Say(MistakeCode.Combination, entry, "token", "Only an API over http or https is given a token.");
            if (!isAddress && entry.CaFile is not null) Say(MistakeCode.Combination, entry, "ca_file", "Only an API over https has certificates.");
            // What Kubernetes' objects say of themselves may be enough; a target of a file says nothing.
            if (entry.Kubernetes is null && entry.Template is null && binder.ValueOf(entry, "template") is null) Say(MistakeCode.Missing, entry, "template", "'template' is missing: it says what a target of the files becomes.");
            foreach (var file in entry.Files)
                if (Path.GetDirectoryName(file) is { } folder && folder.Contains('*', StringComparison.Ordinal))
                    Say(MistakeCode.WrongType, entry, "files", $"{Variables.Show(file)}: only the name of a file has a '*', not its folder.");
        }
    }

    private void Say(MistakeCode code, DiscoverEntry entry, string key, string message) => binder.Mistakes.Add(code, binder.PlaceOf(entry, key), message);
}
