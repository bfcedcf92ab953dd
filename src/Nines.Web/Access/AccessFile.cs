using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Nines.Core.Facts;

namespace Nines.Web.Access;

/// <summary>The book as the file has it: one JSON object, its generation first, so that the first bytes tell whether somebody changed it.</summary>
internal sealed record AccessFile(
    string Schema,
    long Generation,
    ImmutableArray<User> Users,
    ImmutableArray<string> Retired,
    ImmutableArray<ApiToken> Tokens,
    ImmutableArray<Session> Sessions,
    ImmutableArray<AccessChanged> Unrecorded)
{
    public const string Version = "nines.access/1";

    /// <summary>More than the limits of the book come to.</summary>
    public const int MostBytes = 64 << 20;

    private static readonly JsonSerializerOptions Options = new(FactJson.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.Never, // what may be null is written all the same: what is missing is damage
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static byte[] Write(AccessBook book) => JsonSerializer.SerializeToUtf8Bytes(
        new AccessFile(
            Version, book.Generation, [.. book.Users.Values], [.. book.Retired], [.. book.Tokens.Values.OrderBy(token => token.Id, StringComparer.Ordinal)],
            [.. book.Sessions.Values.OrderBy(session => session.Created)], book.Unrecorded),
        Options);

    /// <exception cref="JsonException">It is not such a file, or not whole.</exception>
    public static AccessBook Read(byte[] bytes)
    {
        if (VersionOf(bytes) is var version && version != Version) throw new JsonException($"its schema is '{version}', this Nines knows '{Version}'");
        var file = JsonSerializer.Deserialize<AccessFile>(bytes, Options) ?? throw new JsonException("it is empty");
        if (file.Users.IsDefault || file.Retired.IsDefault || file.Tokens.IsDefault || file.Sessions.IsDefault || file.Unrecorded.IsDefault) throw new JsonException("a part of it is missing");
        if (file.Users.FirstOrDefault(user => !Handles.IsValid(user.Handle) || user.Role is < Role.Viewer or > Role.Admin) is { } odd) throw new JsonException($"a user's handle or role is not valid: {odd.Handle}");
        if (file.Tokens.Any(token => !IsHash(token.Hash)) || file.Sessions.Any(session => !IsHash(session.Hash))) throw new JsonException("a hash is not 64 hexadecimal digits");
        try
        {
            return new AccessBook(
                file.Generation,
                AccessBook.Empty.Users.AddRange(file.Users.Select(user => KeyValuePair.Create(user.Handle, user))),
                AccessBook.Empty.Retired.Union(file.Retired),
                AccessBook.Empty.Tokens.AddRange(file.Tokens.Select(token => KeyValuePair.Create(token.Hash, token))),
                AccessBook.Empty.Sessions.AddRange(file.Sessions.Select(session => KeyValuePair.Create(session.Hash, session))),
                file.Unrecorded);
        }
        catch (ArgumentException twice)
        {
            throw new JsonException($"something is in it twice ({twice.Message})", twice);
        }
    }

    private static bool IsHash(string hash) => hash.Length == 64 && hash.All(char.IsAsciiHexDigitLower);

    private static string VersionOf(byte[] bytes)
    {
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("schema", out var schema) && schema.ValueKind == JsonValueKind.String ? schema.GetString()! : "";
    }
}
