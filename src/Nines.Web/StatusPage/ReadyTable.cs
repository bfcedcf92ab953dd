using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;
using Nines.Response.StatusPage;
using Nines.Response.StatusPage.Forms;

namespace Nines.Web.StatusPage;

/// <summary>One form of an answer, ready to be sent.</summary>
/// <param name="Encoding">Content-Encoding; empty for none.</param>
/// <param name="ETag">Strong: another encoding has another one (RFC 9110, section 8.8.3.3).</param>
internal sealed record ReadyForm(byte[] Bytes, StringValues Encoding, StringValues ETag);

/// <summary>An answer in all its forms. Made once; nothing is worked out when it is asked for.</summary>
internal sealed class ReadyAnswer
{
    /// <summary>What is shorter is sent as it is: it would not become shorter.</summary>
    private const int LeastToCompress = 400;

    public ReadyAnswer(PageFile file)
    {
        File = file;
        Type = file.Type;
        CacheControl = file.IsLasting ? "public, max-age=31536000, immutable" : "public, max-age=10, stale-if-error=60";
        var digest = Convert.ToHexStringLower(SHA256.HashData(file.Bytes))[..32];
        Plain = new ReadyForm(file.Bytes, StringValues.Empty, $"\"{digest}\"");
        if (file.Bytes.Length < LeastToCompress || file.Type == "image/png") return;
        Gzip = Shorter(new ReadyForm(Compressed.Gzip(file.Bytes), "gzip", $"\"{digest}-gz\""));
        Brotli = Shorter(new ReadyForm(Compressed.Brotli(file.Bytes), "br", $"\"{digest}-br\""));
    }

    public PageFile File { get; }
    public StringValues Type { get; }
    public StringValues CacheControl { get; }
    public ReadyForm Plain { get; }
    public ReadyForm? Gzip { get; }
    public ReadyForm? Brotli { get; }

    public bool Says(PageFile file) => File.Type == file.Type && File.IsLasting == file.IsLasting && File.Bytes.AsSpan().SequenceEqual(file.Bytes);

    private ReadyForm? Shorter(ReadyForm form) => form.Bytes.Length < Plain.Bytes.Length ? form : null;
}

/// <summary>All answers by their paths. Immutable: a new page is a new table.</summary>
internal sealed class ReadyTable
{
    private readonly FrozenDictionary<string, ReadyAnswer> answers;

    /// <summary>The root first.</summary>
    private readonly ImmutableArray<(string Folder, ReadyAnswer Answer)> notFound;

    /// <param name="languages">Those that readers can change between; empty for one.</param>
    /// <param name="before">What has not changed is taken over from it, packed as it is.</param>
    public ReadyTable(ImmutableArray<PageFile> files, ReadyTable? before, ImmutableArray<PageLanguage> languages = default)
    {
        Files = files;
        Languages = languages.IsDefault ? [] : languages;
        var made = new Dictionary<string, ReadyAnswer>(files.Length * 2, StringComparer.Ordinal);
        foreach (var file in files)
        {
            var path = "/" + file.Path;
            var answer = before?.Find(path) is { } known && known.Says(file) ? known : new ReadyAnswer(file);
            made[path] = answer;
            // Addresses without .html too, as people write them.
            if (file.Path == "index.html" || file.Path.EndsWith("/index.html", StringComparison.Ordinal)) made[path[..^"index.html".Length]] = answer;
            else if (file.Path.EndsWith(".html", StringComparison.Ordinal)) made[path[..^".html".Length]] = answer;
        }
        answers = made.ToFrozenDictionary(StringComparer.Ordinal);
        notFound = [.. (Languages.IsEmpty ? [new PageLanguage("", "", "")] : Languages).Select(language => ("/" + language.Folder, made[$"/{language.Folder}{PageTree.NotFound}"]))];
    }

    /// <summary>The one at the root first; empty for one.</summary>
    public ImmutableArray<PageLanguage> Languages { get; }

    public ImmutableArray<PageFile> Files { get; }

    /// <summary>What is said of an address at which there is nothing, in the language that it is in.</summary>
    public ReadyAnswer NotFoundAt(string path) => notFound.Last(one => path.StartsWith(one.Folder, StringComparison.Ordinal) || one.Folder == "/").Answer;

    public ReadyAnswer? Find(string path) => answers.GetValueOrDefault(path);
}
