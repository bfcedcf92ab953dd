using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Nines.Core;
using Nines.Ledger.Documents;

namespace Nines.Web.Api.Routing;

/// <summary>Bodies: JSON, at most 64 KiB, and strict. What is not known, there twice, missing or of the wrong form is refused.</summary>
internal static class ApiBody
{
    public const int LongestBytes = 64 << 10;

    /// <summary>Of a body that is too large, so much is read for who sends it to hear why.</summary>
    public const int MostThrownAwayBytes = 4 << 20;

    private const int DeepestLevels = 16;

    private static readonly JsonSerializerOptions Options = MakeOptions();

    /// <summary>The whole body.</summary>
    /// <exception cref="ApiProblem">It is too long, or no JSON by its own word.</exception>
    public static async Task<byte[]> ReadBytesAsync(HttpRequest request, TimeProvider time, CancellationToken cancellation)
    {
        // Somewhat more is taken and thrown away: who is cut off while sending may never see why.
        if (request.HttpContext.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit) limit.MaxRequestBodySize = MostThrownAwayBytes;
        if (request.ContentLength > LongestBytes) throw ApiProblems.TooLarge();
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(10), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellation);
        using var body = new MemoryStream();
        var piece = new byte[4 << 10];
        try
        {
            for (int read; (read = await request.Body.ReadAsync(piece, either.Token)) > 0;)
            {
                if (body.Length + read > LongestBytes) throw ApiProblems.TooLarge();
                body.Write(piece, 0, read);
            }
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw ApiProblems.Of(StatusCodes.Status408RequestTimeout);
        }
        if (body.Length > 0 && !request.HasJsonContentType()) throw ApiProblems.NotJson();
        return body.ToArray();
    }

    /// <exception cref="ApiProblem">It is not what the route takes.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes) where T : class
    {
        if (bytes.IsEmpty) throw ApiProblem.Member("$", "is missing: this route takes a JSON object.");
        var type = (JsonTypeInfo<T>)Options.GetTypeInfo(typeof(T));
        try
        {
            RequireMembers(bytes, type);
            return JsonSerializer.Deserialize(bytes, type) ?? throw ApiProblem.Member("$", "is null.");
        }
        catch (JsonException wrong)
        {
            // The serializer's own words name our types; what it found of ours (a name that is none) speaks for itself.
            throw ApiProblem.Member(wrong.Path is { Length: > 0 and < 200 } path ? path : "$", wrong.InnerException is FormatException of ? of.Message : "is not what this route takes there.");
        }
        catch (FormatException wrong)
        {
            throw ApiProblem.Member("$", wrong.Message);
        }
    }

    /// <exception cref="ApiProblem">There is one.</exception>
    public static void RequireNone(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.IsEmpty && !bytes.SequenceEqual("{}"u8)) throw ApiProblem.Member("$", "is not taken: this route needs no body.");
    }

    /// <summary>Names of members, with the ones that were probably meant; only those of the outermost object, which people write by hand.</summary>
    private static void RequireMembers(ReadOnlySpan<byte> bytes, JsonTypeInfo type)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = DeepestLevels, AllowTrailingCommas = false });
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw ApiProblem.Member("$", "is not a JSON object.");
            var seen = new HashSet<string>(StringComparer.Ordinal);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (type.PolymorphismOptions is null && type.Properties.All(member => member.Name != name)) throw ApiProblem.Member(Shown(name), $"is not a member that is known here.{DidYouMean.Sentence(name, type.Properties.Select(member => member.Name))} There are: {string.Join(", ", type.Properties.Select(member => member.Name).Order(StringComparer.Ordinal))}.");
                if (!seen.Add(name)) throw ApiProblem.Member(Shown(name), "is there twice.");
                reader.Skip();
            }
            while (reader.Read()) reader.Skip();
            if (type.Properties.FirstOrDefault(member => member.IsRequired && !seen.Contains(member.Name)) is { } missing) throw ApiProblem.Member(Shown(missing.Name), "is missing.");
        }
        catch (JsonException wrong)
        {
            throw ApiProblem.Member("$", FormattableString.Invariant($"is not JSON: line {wrong.LineNumber + 1}, byte {wrong.BytePositionInLine + 1}."));
        }
        catch (InvalidOperationException)
        {
            throw ApiProblem.Member("$", "is not JSON: a name that is no UTF-8 text.");
        }
    }

    private static string Shown(string name) => name.Length <= 100 ? $"$.{name}" : $"$.{name[..100]}…";

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(DocumentJson.Options)
        {
            UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
            AllowDuplicateProperties = false,
            MaxDepth = DeepestLevels,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
