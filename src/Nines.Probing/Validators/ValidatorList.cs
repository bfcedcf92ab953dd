using System.Collections.Immutable;
using Nines.Chains.Beacon;

namespace Nines.Probing.Validators;

/// <summary>The validators that a config names, in its own list and in a file.</summary>
internal static class ValidatorList
{
    /// <summary>Most validators of one probe.</summary>
    public const int Most = 100_000;

    private const long MostBytes = 16 << 20;

    /// <summary>Each once, in the order of the config.</summary>
    /// <param name="mistakes">What is wrong; the list is then not to be used.</param>
    public static ImmutableArray<ValidatorId> Read(ValidatorsOptions options, out ImmutableArray<OptionMistake> mistakes)
    {
        var found = new List<OptionMistake>();
        var ids = new List<ValidatorId>();
        foreach (var text in options.Ids)
            if (ValidatorId.TryParse(text, out var id)) ids.Add(id);
            else found.Add(new OptionMistake("ids", $"'{Shown(text)}' is neither an index nor a public key of 0x and 96 digits."));
        if (options.IdsFile is { } file) ReadFile(file, ids, found);
        if (found.Count == 0 && ids.Count == 0) found.Add(new OptionMistake("ids", "names no validator, and ids_file does not either. Give indices, such as ids: [123456, 123457], or public keys."));
        if (ids.Count > Most) found.Add(new OptionMistake("ids", $"names {ids.Count} validators; a probe takes {Most} at most. Make several."));
        mistakes = [.. found.Take(10)];
        return [.. ids.Distinct()];
    }

    private static void ReadFile(string file, List<ValidatorId> ids, List<OptionMistake> mistakes)
    {
        try
        {
            if (new FileInfo(file) is { Exists: true, Length: > MostBytes })
            {
                mistakes.Add(new OptionMistake("ids_file", $"{file} is longer than {MostBytes >> 20} MiB: is it a list of validators?"));
                return;
            }
            var line = 0;
            foreach (var text in File.ReadLines(file))
            {
                line++;
                var comment = text.IndexOf('#');
                var id = (comment < 0 ? text : text[..comment]).Trim();
                if (id.Length == 0) continue;
                if (ValidatorId.TryParse(id, out var named)) ids.Add(named);
                else mistakes.Add(new OptionMistake("ids_file", $"{file}:{line} '{Shown(id)}' is neither an index nor a public key of 0x and 96 digits."));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            mistakes.Add(new OptionMistake("ids_file", $"cannot be read: {e.Message}"));
        }
    }

    private static string Shown(string text) => text.Length <= 20 ? text : text[..20] + "…";
}
