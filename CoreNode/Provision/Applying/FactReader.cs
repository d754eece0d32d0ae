using System.Globalization;
using System.Text;
using CoreNode.Provision.Model;
using Microsoft.Win32.SafeHandles;

namespace CoreNode.Provision.Applying;

/// <summary>Reads what is at a path. Changes nothing.</summary>
internal sealed class FactReader(ICalls calls, FolderWalk walk, bool isMachine)
{
    /// <summary>Longer files are told by their length only.</summary>
    public const int LimitBytes = 4 << 20;

    private const long ProcKind = 0x9fa0;
    private const long SysKind = 0x62656572;
    private const long CgroupKind = 0x63677270;
    private const long OldCgroupKind = 0x27e0eb;
    private const string SystemFolder = "/usr";

    /// <summary>The root is that of the running machine.</summary>
    public bool IsMachine { get; } = isMachine;

    /// <summary>The fact of a path.</summary>
    /// <exception cref="IOException">The kernel failed, or this user may not look at it.</exception>
    public PathFact Read(string path)
    {
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
        return state.Kind == PathKind.File && !IsStrange(spot, state) ? fact with { Content = ReadContent(spot, state) }
            : fact;
    }

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
        int error = calls.Open(spot.Folder, spot.Name, OpenFlags.Content, 0, out SafeFileHandle file);
        using SafeFileHandle held = file;
        if (error == Error.AccessDenied)
            return null;
        if (error is not (Error.NoEntry or Error.TooManyLinks))
            Error.Check(error, spot.Path, "cannot be opened");
        if (error != 0 || calls.Stat(file, "", out NodeState now) != 0 || !state.IsSame(now))
            throw new StalePlanException(spot.Path, "was replaced");
        byte[] content = new byte[Math.Max(1, state.Length + 1)];
        int count = 0;
        while (count < content.Length)
        {
            Error.Check(
                calls.Read(file, content.AsSpan(count), count, out int part), spot.Path, "cannot be read");
            if (part == 0)
                return content.AsMemory(0, count);
            count += part;
        }

        throw new StalePlanException(spot.Path, "grew");
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

    // Another name of somebody else's file: in a folder of the file's owner he has nothing to gain by it.
    private static bool IsStrange(Spot spot, NodeState state) =>
        spot.IsExposed && state is { Kind: PathKind.File, Names: > 1 }
        && (spot.State.User == 0 || spot.State.User != state.User);

    private static string By(Spot spot) => spot.Path == spot.Full ? "" : $" (as {spot.Full}, by links)";
}
