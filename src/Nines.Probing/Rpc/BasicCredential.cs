using System.Text;
using Nines.Core;

namespace Nines.Probing.Rpc;

/// <summary>User and password of an RPC interface, from the config, the URL, or a file that the server writes.</summary>
/// <remarks>Source: RFC 7617.</remarks>
internal sealed class BasicCredential
{
    /// <summary>A cookie has 75 characters; a larger file is none.</summary>
    private const int MostBytes = 1_024;

    private readonly string? cookieFile;
    private readonly string? given;

    /// <param name="cookieFile">Holds user:password; null for what is given by the others.</param>
    public BasicCredential(Uri url, string? user, string? password, string? cookieFile)
    {
        this.cookieFile = cookieFile;
        given = user is not null ? $"{user}:{password}" : url.UserInfo.Length > 0 ? Uri.UnescapeDataString(url.UserInfo) : null;
    }

    /// <summary>What is wrong with how they are given.</summary>
    public static IEnumerable<OptionMistake> MistakesIn(string? user, string? password, string? cookieFile)
    {
        if (user is null && password is not null) yield return new OptionMistake("password", "is given without user: give both, or cookie_file.");
        if ((user ?? password) is not null && cookieFile is not null) yield return new OptionMistake("cookie_file", "stands beside user and password, and only one of them can be sent. Leave one out.");
        if (user?.Contains(':', StringComparison.Ordinal) == true) yield return new OptionMistake("user", "has a colon in it, which ends the user's name.");
    }

    /// <returns>The text user:password, null where there is none; or why the file could not be read.</returns>
    public (string? Text, string? Trouble) Read()
    {
        if (cookieFile is null) return (given, null);
        try
        {
            using var file = File.OpenRead(cookieFile);
            var bytes = new byte[MostBytes + 1];
            var read = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            var text = Encoding.UTF8.GetString(bytes, 0, read).Trim();
            return read <= MostBytes && text.Contains(':', StringComparison.Ordinal) ? (text, null) : (null, $"the cookie file {cookieFile} does not hold user:password");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"the cookie file {cookieFile} cannot be read: {(e is UnauthorizedAccessException ? "permission denied" : "it is not there, or in use")}");
        }
    }
}
