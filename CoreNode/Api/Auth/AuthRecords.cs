using System.Buffers.Binary;
using System.Text;
using CoreNode.Foundation;
using CoreNode.Store;

namespace CoreNode.Api.Auth;

/// <summary>
/// Users and roles as keys of the store's own, so that they replicate, move the store index and end up in snapshots
/// and backups like everything else. docs/formats.md, "users and roles", has the bytes. The keys without a value stand
/// for the directories that etcd makes before its first user: they are there so that indexes move as etcd's do.
/// </summary>
internal static class AuthRecords
{
    /// <summary>Says whether users must tell who they are.</summary>
    public const string EnabledKey = "auth/enabled";

    /// <summary>Before each user's name.</summary>
    public const string UserPrefix = "auth/users/";

    /// <summary>Before each role's name.</summary>
    public const string RolePrefix = "auth/roles/";

    private const byte Version = 1;
    private const byte Pbkdf2Sha512 = 1;
    private const ushort NoList = ushort.MaxValue;

    /// <summary>The keys that the first change of users or roles makes, in this order.</summary>
    public static IReadOnlyList<(string Key, byte[] Value)> First { get; } =
        [("auth", []), ("auth/users", []), ("auth/roles", []), (EnabledKey, Enabled(false))];

    /// <summary>The switch.</summary>
    public static byte[] Enabled(bool isEnabled) => [Version, isEnabled ? (byte)1 : (byte)0];

    /// <summary>Reads the switch.</summary>
    public static bool IsEnabled(ReadOnlySpan<byte> value) => value is [Version, 1, ..];

    /// <summary>A user's value.</summary>
    public static byte[] EncodeUser(PasswordHash password, IReadOnlyList<string>? roles)
    {
        byte[] head = new byte[8 + password.Salt.Length + password.Hash.Length];
        head[0] = Version;
        head[1] = Pbkdf2Sha512;
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(2), password.Iterations);
        head[6] = checked((byte)password.Salt.Length);
        password.Salt.Span.CopyTo(head.AsSpan(7));
        head[7 + password.Salt.Length] = checked((byte)password.Hash.Length);
        password.Hash.Span.CopyTo(head.AsSpan(8 + password.Salt.Length));
        List<byte> data = [.. head];
        Put(data, roles);
        return [.. data];
    }

    /// <summary>A role's value.</summary>
    public static byte[] EncodeRole(IReadOnlyList<string>? read, IReadOnlyList<string>? write)
    {
        List<byte> data = [Version];
        Put(data, read);
        Put(data, write);
        return [.. data];
    }

    /// <summary>Reads a user back.</summary>
    public static AuthUser User(string name, in KeyRecord record)
    {
        ReadOnlySpan<byte> value = record.Value;
        Invariant.That(value.Length >= 8 && value[0] == Version && value[1] == Pbkdf2Sha512,
            "a user's record has a version and a hash that this program knows");
        int iterations = BinaryPrimitives.ReadInt32LittleEndian(value[2..]);
        ReadOnlySpan<byte> rest = value[6..];
        byte[] salt = Take(ref rest);
        byte[] hash = Take(ref rest);
        return new AuthUser(
            name, new PasswordHash(iterations, salt, hash), TakeList(ref rest), record.ModifiedIndex);
    }

    /// <summary>Reads a role back.</summary>
    public static AuthRole Role(string name, in KeyRecord record)
    {
        ReadOnlySpan<byte> rest = record.Value;
        Invariant.That(rest.Length > 0 && rest[0] == Version, "a role's record has a version that this program knows");
        rest = rest[1..];
        IReadOnlyList<string>? read = TakeList(ref rest);
        return new AuthRole(name, read, TakeList(ref rest), record.ModifiedIndex);
    }

    private static void Put(List<byte> data, IReadOnlyList<string>? texts)
    {
        Invariant.That(texts is null || texts.Count < NoList, "a list of roles or patterns is of bounded length");
        Put(data, texts is null ? NoList : (ushort)texts.Count);
        foreach (string text in texts ?? [])
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Put(data, checked((ushort)bytes.Length));
            data.AddRange(bytes);
        }
    }

    private static void Put(List<byte> data, ushort number)
    {
        data.Add((byte)(number & 0xff));
        data.Add((byte)(number >> 8));
    }

    private static byte[] Take(ref ReadOnlySpan<byte> rest)
    {
        byte[] bytes = rest.Slice(1, rest[0]).ToArray();
        rest = rest[(1 + bytes.Length)..];
        return bytes;
    }

    private static List<string>? TakeList(ref ReadOnlySpan<byte> rest)
    {
        int count = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        rest = rest[2..];
        if (count == NoList)
            return null;
        List<string> texts = new(count);
        for (int i = 0; i < count; i++)
        {
            int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
            texts.Add(Encoding.UTF8.GetString(rest.Slice(2, length)));
            rest = rest[(2 + length)..];
        }

        return texts;
    }
}
