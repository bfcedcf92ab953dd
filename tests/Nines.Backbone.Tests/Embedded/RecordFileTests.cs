using System.Text;
using Nines.Backbone.Embedded;

namespace Nines.Backbone.Tests.Embedded;

public sealed class RecordFileTests
{
    [Fact]
    public void Records_are_there_after_it_was_opened_again_and_only_their_owner_may_read_them()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "records.db");
        using (var file = RecordFile.Open(path)) file.Commit(new("b", [2]), new("a", [1]), new("empty", []));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using var again = RecordFile.Open(path);
        Assert.Equal(["a:01", "b:02", "empty:"], again.All().Select(record => $"{record.Key}:{Convert.ToHexString(record.Value)}"));
    }

    [Fact]
    public void After_a_deletion_neither_what_was_deleted_nor_what_was_replaced_is_in_any_file()
    {
        using var folder = new TemporaryFolder();
        using (var file = RecordFile.Open(Path.Combine(folder.Path, "records.db")))
        {
            for (var i = 0; i < 200; i++) file.Commit(new KeyValuePair<string, byte[]?>($"key-{i}", Encoding.UTF8.GetBytes($"mark-{i}-" + new string('x', 700))));
            for (var i = 0; i < 100; i++) file.Commit(new KeyValuePair<string, byte[]?>($"key-{i}", [1]));
            file.Commit([.. Enumerable.Range(100, 100).Select(i => new KeyValuePair<string, byte[]?>($"key-{i}", null))]);
            Assert.Equal(100, file.All().Count);
            AssertGone(folder.Path);
        }
        AssertGone(folder.Path);
    }

    [Fact]
    public void A_file_that_is_none_is_refused_and_stays_as_it_is()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "records.db");
        File.WriteAllText(path, new string('n', 5_000));
        Assert.Throws<IOException>(() => RecordFile.Open(path));
        Assert.Equal(new string('n', 5_000), File.ReadAllText(path));
    }

    private static void AssertGone(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            Assert.DoesNotContain("mark-", reader.ReadToEnd(), StringComparison.Ordinal);
        }
    }
}
