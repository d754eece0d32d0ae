using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>Reads what is at a path. Changes nothing.</summary>
internal sealed class FactReader(ICalls calls, FolderWalk walk, bool isMachine)
{
    /// <summary>Longer files are told by their length and hash.</summary>
    public const int LimitBytes = 4 << 20;

    private const int PartBytes = 128 << 10;

    private const long ProcKind = 0x9fa0;
    private const long SysKind = 0x62656572;
    private const long CgroupKind = 0x63677270;
    private const long OldCgroupKind = 0x27e0eb;
    private const string SystemFolder = "/usr";

    /// <summary>The root is that of the running machine.</summary>
    public bool IsMachine { get; } = isMachine;

    /// <summary>The fact of a path; with a "/" behind it, of a folder with the names in it.</summary>
    /// <exception cref="IOException">The kernel failed, or this user may not look at it.</exception>
    public PathFact Read(string path)
    {
        if (IsOfNames(path))
            return ReadNames(path[..^1]);
        using Spot spot = walk.Find(path);
        string refusal = RefusalOf(spot);
        if (spot.Missing.Count > 0 || spot.Refusal.Length > 0)
            return PathFact.Absent with { Refusal = refusal };
        NodeState? state = Look(spot);
        if (state is null)
            return PathFact.Absent with { Refusal = refusal };
        PathFact fact = Of(state) with
        {
            Refusal = refusal.Length > 0 ? refusal : RefusalOf(spot, state),
            Target = state.Kind == PathKind.Link ? ReadTarget(spot) : "",
        };
        if (state.Kind != PathKind.File || IsStrange(spot, state))
            return fact;
        return state.Length > LimitBytes
            ? fact with { Hash = ReadHash(spot, state) }
            : fact with { Content = ReadContent(spot, state) };
    }

    /// <summary>True for a path that asks for the names in a folder.</summary>
    public static bool IsOfNames(string path) => path.Length > 1 && path[^1] == '/';

    /// <summary>What bears the name; null: nothing.</summary>
    public NodeState? Look(Spot spot)
    {
        int error = calls.Stat(spot.Folder, spot.Name, out NodeState state);
        if (error == Error.NoEntry)
            return null;
        Error.Check(error, spot.Path, "cannot be looked at");
        return state;
    }

    /// <summary>A state as fact, without content and target.</summary>
    public static PathFact Of(NodeState state) => new(state.Kind)
    {
        Mode = state.Mode,
        User = state.User,
        Group = state.Group,
        Length = state.Kind == PathKind.File ? state.Length : 0,
        Identity = state.Identity,
    };

    /// <summary>Why nothing may be written there, whatever bears the name; "": it may.</summary>
    public string RefusalOf(Spot spot)
    {
        if (spot.Refusal.Length > 0)
            return spot.Refusal;
        string full = spot.Full;
        if (IsMachine && (full == SystemFolder || full.StartsWith(SystemFolder + "/", StringComparison.Ordinal)))
        {
            return $"is below {SystemFolder}{By(spot)}, which belongs to the system's image and is read-only; use /etc "
                + "or /opt";
        }

        Error.Check(
            calls.StatFileSystem(spot.Folder, out long kind, out bool isReadOnly), spot.Path, "cannot be looked at");
        if (kind is ProcKind or SysKind or CgroupKind or OldCgroupKind)
        {
            return $"is in {spot.Real}{By(spot)}, where the kernel shows its own state and keeps no files; use a unit, "
                + "sysctl.d, tmpfiles.d or udev rules";
        }

        return isReadOnly
            ? $"is on a file system that is mounted read-only (at {spot.Real}); remount it, or choose another path"
            : "";
    }

    /// <summary>Why what bears the name must not be touched; "": it may.</summary>
    public static string RefusalOf(Spot spot, NodeState state)
    {
        if (state.Kind == PathKind.Other)
            return "is a device, a pipe or a socket, which are never touched";
        if (spot.Name.Length == 0)
            return "is the root itself";
        if (state is { Kind: not PathKind.Folder, IsMountRoot: true })
            return "has something mounted over it; unmount that first";
        return IsStrange(spot, state)
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"has {state.Names} names (hard links) in a folder that others than root may change, ")
                + "so it may be a file of somebody else's; replace it by a copy"
            : "";
    }

    /// <summary>Content of a file, the one of that state; null: too long, or this user may not read it.</summary>
    /// <exception cref="StalePlanException">Another one bears the name by now.</exception>
    public ReadOnlyMemory<byte>? ReadContent(Spot spot, NodeState state)
    {
        if (state.Length > LimitBytes)
            return null;
        byte[] content = new byte[state.Length];
        long length = ReadParts(spot, state, (part, at) => Keep(part, at, content));
        return length < 0 ? null : content.AsMemory(0, (int)length);
    }

    /// <summary>SHA-256 of that content as <see cref="PathFact.Hash"/>; "": this user may not read it.</summary>
    /// <exception cref="StalePlanException">Another one bears the name by now.</exception>
    public string ReadHash(Spot spot, NodeState state)
    {
        // What is wanted of a file is held in memory, so a longer one is another one.
        if (state.Length > Array.MaxLength)
            return "";
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = ReadParts(spot, state, (part, _) =>
        {
            hash.AppendData(part);
            return true;
        });
        return length < 0 ? "" : PathFact.HashOf(hash.GetHashAndReset());
    }

    /// <summary>True if that is what the file holds, whatever its length.</summary>
    /// <exception cref="StalePlanException">Another one bears the name by now.</exception>
    public bool Holds(Spot spot, NodeState state, ReadOnlyMemory<byte> wanted)
    {
        if (state.Length != wanted.Length)
            return false;
        bool isSame = true;
        long length = ReadParts(
            spot, state, (part, at) => isSame &= part.SequenceEqual(wanted.Span.Slice((int)at, part.Length)));
        return isSame && length == wanted.Length;
    }

    /// <summary>A file of accounts, "" where there is none.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public string ReadText(string path)
    {
        PathFact fact = Read(path);
        if (fact.Kind == PathKind.Absent)
            return "";
        if (fact.Kind != PathKind.File)
            throw new IOException($"{path} is no ordinary file; accounts are kept in one");
        if (fact.Content is not { } content)
        {
            throw new IOException(
                fact.Length > LimitBytes
                    ? $"{path} has {fact.Length} bytes, more than {LimitBytes}"
                    : $"{path} may not be read by this user; run it as root");
        }

        return Encoding.UTF8.GetString(content.Span);
    }

    /// <summary>Where the link leads that bears the name.</summary>
    public string ReadTarget(Spot spot)
    {
        Error.Check(
            calls.Open(spot.Folder, spot.Name, OpenFlags.Named, 0, out SafeFileHandle link), spot.Path,
            "cannot be opened");
        using SafeFileHandle held = link;
        Error.Check(calls.ReadLink(link, out string target), spot.Path, "cannot be read");
        return target;
    }

    // How much was read, -1: this user may not. Ends early where a part is enough for whoever looks at it.
    private long ReadParts(Spot spot, NodeState state, PartReader look)
    {
        int error = calls.Open(spot.Folder, spot.Name, OpenFlags.Content, 0, out SafeFileHandle file);
        using SafeFileHandle held = file;
        if (error == Error.AccessDenied)
            return -1;
        if (error is not (Error.NoEntry or Error.TooManyLinks))
            Error.Check(error, spot.Path, "cannot be opened");
        if (error != 0 || calls.Stat(file, "", out NodeState now) != 0 || !state.IsSame(now))
            throw new StalePlanException(spot.Path, "was replaced");
        byte[] buffer = new byte[Math.Clamp(state.Length + 1, 1, PartBytes)];
        for (long at = 0; ;)
        {
            Error.Check(calls.Read(file, buffer, at, out int count), spot.Path, "cannot be read");
            if (count == 0)
                return at;
            if (at + count > state.Length)
                throw new StalePlanException(spot.Path, "grew");
            bool isEnough = !look(buffer.AsSpan(0, count), at);
            at += count;
            if (isEnough)
                return at;
        }
    }

    private static bool Keep(ReadOnlySpan<byte> part, long at, byte[] content)
    {
        part.CopyTo(content.AsSpan((int)at));
        return true;
    }

    private PathFact ReadNames(string path)
    {
        // As a path to write to it is none.
        string refusal = FolderWalk.Complaint(path + "/");
        using Spot spot = walk.Find(path);
        if (spot.Missing.Count > 0 || spot.Refusal.Length > 0 || Look(spot) is not { Kind: PathKind.Folder } state)
            return PathFact.Absent with { Refusal = refusal };
        int error = calls.Open(spot.Folder, spot.Name, OpenFlags.WholeFolder, 0, out SafeFileHandle folder);
        using SafeFileHandle held = folder;
        List<string> names = [];
        if (error == 0)
            error = calls.List(folder, names);
        if (error is not (Error.NoEntry or Error.NoFolder or Error.TooManyLinks or Error.AccessDenied))
            Error.Check(error, path, "cannot be listed");
        names.Sort(StringComparer.Ordinal);
        return Of(state) with { Names = names, Refusal = refusal };
    }

    // Another name of somebody else's file: in a folder of the file's owner he has nothing to gain by it.
    private static bool IsStrange(Spot spot, NodeState state) =>
        spot.IsExposed && state is { Kind: PathKind.File, Names: > 1 }
        && (spot.State.User == 0 || spot.State.User != state.User);

    private static string By(Spot spot) => spot.Path == spot.Full ? "" : $" (as {spot.Full}, by links)";

    // What a part of a content is looked at for; false: the rest is not needed.
    private delegate bool PartReader(ReadOnlySpan<byte> part, long at);
}
