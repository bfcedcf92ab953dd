using Nines.Backbone.Journal;
using Nines.Testing;

namespace Nines.Backbone.Tests.Journal;

public sealed class CanonicalDigestTests
{
    private sealed record Row(string Name, Dictionary<string, int> Minutes);

    [Fact]
    public void The_order_in_which_a_dictionary_was_filled_does_not_matter_and_the_order_of_rows_does()
    {
        var one = new Row("shop", new() { ["b"] = 2, ["a"] = 1 });
        var other = new Row("shop", new() { ["a"] = 1, ["b"] = 2 });
        var third = new Row("pay", []);
        Assert.Equal(CanonicalDigest.Of([one, third]), CanonicalDigest.Of([other, third]));
        Assert.NotEqual(CanonicalDigest.Of([one, third]), CanonicalDigest.Of([third, one]));
        Assert.NotEqual(CanonicalDigest.Of([one]), CanonicalDigest.Of([one with { Name = "shop2" }]));
    }

    [Fact]
    public void The_digest_is_that_of_the_lines_with_their_line_feeds()
    {
        using var digest = new CanonicalDigest();
        digest.Add(new Row("a", new() { ["y"] = 1, ["x"] = 2 }));
        var expected = System.Security.Cryptography.SHA256.HashData("{\"minutes\":{\"x\":2,\"y\":1},\"name\":\"a\"}\n"u8);
        Assert.Equal(Convert.ToHexStringLower(expected), digest.Hex());
        Assert.Equal(1, digest.Lines);
    }

    [Fact]
    public async Task An_export_is_one_line_an_entry_with_its_members_in_order()
    {
        await using var journal = new MemoryJournal();
        await journal.AppendAsync(Sample.Append("watch", "1", facts: 2));
        var text = new MemoryStream();
        var digest = await JournalExport.WriteAsync(journal, text);
        var lines = System.Text.Encoding.UTF8.GetString(text.ToArray());
        Assert.Equal(
            """
            {"position":1,"stream":"watch","version":1,"fact":{"kind":"watch_stopped","at":"2026-03-01T12:00:00Z","run":"watch:1:0"}}
            {"position":2,"stream":"watch","version":2,"fact":{"kind":"watch_stopped","at":"2026-03-01T12:00:01Z","run":"watch:1:1"}}

            """, lines);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(text.ToArray())), digest.Sha256);
        Assert.EndsWith("as of position 2", digest.ToString());
    }

    [Fact]
    public async Task Reading_all_meets_every_entry_up_to_the_position_asked_for()
    {
        await using var journal = new MemoryJournal();
        for (var i = 0; i < 3; i++) await journal.AppendAsync(Sample.Append("a", $"{i}", facts: 9_000));
        var seen = new List<long>();
        await foreach (var entry in journal.ReadAllAsync(new JournalPosition(10), new JournalPosition(20_000))) seen.Add(entry.Position.Value);
        Assert.Equal(Enumerable.Range(11, 19_990).Select(i => (long)i), seen);
    }
}
