using System.Security.Cryptography;
using System.Text;
using Nines.Response.StatusPage;
using static Nines.Response.Tests.StatusPage.PublicScene;

namespace Nines.Response.Tests.StatusPage;

public sealed class PublicIdsTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nines-ids-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void The_key_is_made_once_and_gives_the_same_ids_after_a_restart()
    {
        var id = PublicIds.Open(folder).Of("outage", "int-web-7f-1", Zero);
        Assert.Matches("^[a-z2-9]{12}$", id);
        Assert.Equal(id, PublicIds.Open(folder).Of("outage", "int-web-7f-1", Zero));
        Assert.Equal([PublicIds.FileName], Directory.GetFiles(folder).Select(Path.GetFileName));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, PublicIds.FileName)));
    }

    [Fact]
    public void Who_guesses_an_internal_name_right_cannot_tell_so_without_the_key()
    {
        var id = PublicIds.Open(folder).Of("outage", "int-web-7f-1", Zero);
        Assert.NotEqual(id, PublicIds.Passing().Of("outage", "int-web-7f-1", Zero));
        const string letters = "abcdefghijkmnpqrstuvwxyz23456789";
        var guessed = SHA256.HashData(Encoding.UTF8.GetBytes($"nines status page\noutage\nint-web-7f-1\n{Zero.ToUnixTimeTicks()}"));
        Assert.NotEqual(id, string.Concat(guessed.Take(12).Select(one => letters[one & 31])));
    }

    [Fact]
    public void A_name_at_another_instant_or_of_another_kind_has_another_id()
    {
        var ids = PublicIds.Open(folder);
        string[] all = [ids.Of("outage", "a", At(0)), ids.Of("outage", "a", At(1)), ids.Of("maintenance", "a", At(0)), ids.Of("outage", "b", At(0))];
        Assert.Equal(4, all.Distinct().Count());
    }

    [Fact]
    public async Task Who_opens_it_at_the_same_time_gets_the_same_key()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => PublicIds.Open(folder).Of("outage", "a", Zero))));
        Assert.Single(ids.Distinct());
        Assert.Single(Directory.GetFiles(folder));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a key")]
    [InlineData("0123456789abcdef")]
    public void A_damaged_key_is_refused_and_left_as_it_is(string text)
    {
        var file = Path.Combine(folder, PublicIds.FileName);
        File.WriteAllText(file, text);
        var refused = Assert.Throws<PublicKeyException>(() => PublicIds.Open(folder));
        Assert.Contains(file, refused.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(file));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said()
    {
        var refused = Assert.Throws<PublicKeyException>(() => PublicIds.Open(Path.Combine(folder, "none")));
        Assert.Contains("cannot be read or made", refused.Message, StringComparison.Ordinal);
    }
}
