namespace Nines.Cli.Tests.Import;

/// <summary>Histories of other tools, which are not part of the repository: under the folder that NINES_SHARED_DATA names, else shared/data beside the repository's root. Tests skip where they are not there.</summary>
internal static class SharedHistories
{
    public static string Find(params string[] path)
    {
        var root = Environment.GetEnvironmentVariable("NINES_SHARED_DATA") ?? Path.Combine(Docs.Repository.Root, "..", "shared", "data");
        var found = Path.Combine([root, "histories", .. path]);
        Assert.SkipUnless(Directory.Exists(found) || File.Exists(found), $"The history {string.Join('/', path)} is not in the shared data folder (NINES_SHARED_DATA).");
        return found;
    }
}
