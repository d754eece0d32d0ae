using System.Security.Cryptography;

namespace CoreNode.Api.Auth;

/// <summary>
/// What is stored of a password: PBKDF2 (RFC 8018) with HMAC-SHA-512, a salt of its own and the number of iterations,
/// so that the number can be raised later without making stored ones useless.
/// </summary>
/// <param name="Iterations">How much work a guess costs.</param>
/// <param name="Salt">Random, at least 16 bytes.</param>
/// <param name="Hash">Result.</param>
internal sealed record PasswordHash(int Iterations, ReadOnlyMemory<byte> Salt, ReadOnlyMemory<byte> Hash)
{
    /// <summary>Work for new passwords; OWASP's figure for this function.</summary>
    public const int DefaultIterations = 210_000;

    private const int SaltBytes = 16;
    private const int HashBytes = 32;

    /// <summary>Hashes a new password: slow on purpose.</summary>
    public static PasswordHash Make(ReadOnlySpan<byte> password, int iterations)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(SaltBytes);
        return new PasswordHash(iterations, salt, Derive(password, salt, iterations, HashBytes));
    }

    /// <summary>What a name is checked against that no user has: no password fits, and it costs as much.</summary>
    public static PasswordHash Decoy(int iterations) =>
        new(iterations, RandomNumberGenerator.GetBytes(SaltBytes), RandomNumberGenerator.GetBytes(HashBytes));

    /// <summary>True for the password that it was made of: as slow.</summary>
    public bool Fits(ReadOnlySpan<byte> password) => CryptographicOperations.FixedTimeEquals(
        Derive(password, Salt.Span, Iterations, Hash.Length), Hash.Span);

    private static byte[] Derive(ReadOnlySpan<byte> password, ReadOnlySpan<byte> salt, int iterations, int length) =>
        Rfc2898DeriveBytes.Pbkdf2(password, salt, iterations, HashAlgorithmName.SHA512, length);
}
