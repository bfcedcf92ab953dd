using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nines.Web.Tests.Access;

/// <summary>An identity provider's keys, and tokens made with them byte by byte, so that each can be wrong in one way.</summary>
internal sealed class Provider : IDisposable
{
    public const string Issuer = "https://login.example.com/", Audience = "nines";

    public static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("nines-jwks-");

    public static readonly RSA Rsa = RSA.Create(2048);

    private static readonly ECDsa Ec = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public Uri File => new(Path.Combine(folder.FullName, "jwks.json"));

    public Provider() => WriteKeys(RsaKey("r1", Rsa), EcKey("e1"));

    public void WriteKeys(params JsonObject[] keys) => System.IO.File.WriteAllText(File.LocalPath, Set(keys));

    public static string Set(params JsonObject[] keys) => new JsonObject { ["keys"] = new JsonArray([.. keys.Select(key => key.DeepClone())]) }.ToJsonString();

    public static JsonObject RsaKey(string id, RSA rsa)
    {
        var key = rsa.ExportParameters(false);
        return new JsonObject { ["kty"] = "RSA", ["kid"] = id, ["use"] = "sig", ["n"] = Url(key.Modulus!), ["e"] = Url(key.Exponent!) };
    }

    public static JsonObject EcKey(string id)
    {
        var key = Ec.ExportParameters(false);
        return new JsonObject { ["kty"] = "EC", ["kid"] = id, ["crv"] = "P-256", ["x"] = Url(key.Q.X!), ["y"] = Url(key.Q.Y!) };
    }

    public static JsonObject Claims() => new()
    {
        ["iss"] = Issuer, ["aud"] = Audience, ["sub"] = "1234", ["preferred_username"] = "ada", ["roles"] = new JsonArray("oncall"),
        ["nbf"] = Now.AddMinutes(-1).ToUnixTimeSeconds(), ["exp"] = Now.AddMinutes(10).ToUnixTimeSeconds(),
    };

    public static JsonObject Claims(string name, JsonNode? value)
    {
        var claims = Claims();
        if (value is null) claims.Remove(name);
        else claims[name] = value;
        return claims;
    }

    public static string Token(JsonObject? claims = null, string algorithm = "RS256", string? id = "r1", RSA? by = null, JsonObject? header = null)
    {
        header ??= [];
        header["alg"] = algorithm;
        header["typ"] = "JWT";
        if (id is not null) header["kid"] = id;
        var signed = $"{Url(Encoding.UTF8.GetBytes(header.ToJsonString()))}.{Url(JsonSerializer.SerializeToUtf8Bytes(claims ?? Claims()))}";
        var bytes = Encoding.ASCII.GetBytes(signed);
        var key = by ?? Rsa;
        byte[] signature = algorithm switch
        {
            "RS256" => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            "RS512" => key.SignData(bytes, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
            "PS256" => key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
            "ES256" => Ec.SignData(bytes, HashAlgorithmName.SHA256),
            // The confusion that gave the attack its name: the public key, which everybody has, as the shared secret.
            "HS256" => HMACSHA256.HashData(Encoding.ASCII.GetBytes(key.ExportSubjectPublicKeyInfoPem()), bytes),
            _ => [],
        };
        return $"{signed}.{Url(signature)}";
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
