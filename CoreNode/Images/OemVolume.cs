using System.ComponentModel;
using System.Diagnostics;
using CoreNode.Disks.Gpt;
using CoreNode.Platform;
using CoreNode.Platform.Blocks;

namespace CoreNode.Images;

/// <summary>
/// The partition that says what a machine is told, made in a file: a new one, or that of an image with one file more.
/// By the tools of e2fsprogs, which need neither root nor a mount.
/// </summary>
public static class OemVolume
{
    private const string Kept = "config";
    private const string Found = "found";
    private const int PieceBytes = 1 << 20;
    private const UnixFileMode Secret = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    /// <summary>Makes it in a folder of its own, which the caller removes.</summary>
    /// <param name="folder">Where files may be made.</param>
    /// <param name="lengthBytes">How long it is.</param>
    /// <param name="present">What the partition holds; null: a file system is made.</param>
    /// <param name="name">Name of the file that it gets; null: none.</param>
    /// <param name="content">What is in there.</param>
    /// <exception cref="IOException">A tool is missing or fails.</exception>
    public static IBlockDevice Make(
        string folder, long lengthBytes, IBlockDevice? present, string? name, ReadOnlySpan<byte> content)
    {
        string volume = Path.Combine(folder, "oem");
        using (FileStream file = new(volume, FileMode.Create, FileAccess.ReadWrite))
        {
            file.SetLength(lengthBytes);
            if (present is not null)
                Copy(present, file);
        }

        if (present is null)
            Run(folder, "mkfs.ext4", "-q", "-F", "-m", "0", "-L", ImageLayout.OemLabel, "oem");
        if (name is not null)
            Put(folder, name, content);
        return RealBlockDevice.Open(volume, BlockAccess.Read);
    }

    // debugfs tells by no exit code whether it could: what it wrote is read again.
    private static void Put(string folder, string name, ReadOnlySpan<byte> content)
    {
        SmallFiles.Write(Path.Combine(folder, Kept), content, Secret, replaces: true);
        SmallFiles.Write(
            Path.Combine(folder, "orders"),
            System.Text.Encoding.ASCII.GetBytes(
                $"rm {name}\nwrite {Kept} {name}\nsif {name} mode 0100600\nsif {name} uid 0\nsif {name} gid 0\n"),
            Secret, replaces: true);
        string told = Run(folder, "debugfs", "-w", "-f", "orders", "oem");
        Run(folder, "debugfs", "-R", $"dump {name} {Found}", "oem");
        byte[]? found = SmallFiles.TryRead(Path.Combine(folder, Found));
        if (found is null || !content.SequenceEqual(found))
        {
            throw new IOException("the configuration cannot be stored: the OEM partition holds no ext file system "
                + $"with room for it; nothing was written to the disk; debugfs says: {told.Trim()}");
        }
    }

    private static void Copy(IBlockDevice present, FileStream file)
    {
        byte[] piece = new byte[PieceBytes];
        for (long at = 0; at < present.LengthBytes;)
        {
            int length = (int)Math.Min(piece.Length, present.LengthBytes - at);
            present.Read(at, piece.AsSpan(0, length));
            // Holes stay holes.
            if (piece.AsSpan(0, length).ContainsAnyExcept((byte)0))
            {
                file.Position = at;
                file.Write(piece, 0, length);
            }

            at += length;
        }
    }

    private static string Run(string folder, string program, params string[] words)
    {
        // Users other than root do not have this folder in their PATH.
        string path = $"/usr/sbin/{program}";
        ProcessStartInfo start = new(File.Exists(path) ? path : program, words)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            string told = process.StandardError.ReadToEnd();
            _ = process.StandardOutput.ReadToEnd();
            if (!process.WaitForExit(s_limit))
                throw new IOException($"{program} does not end: nothing was written to the disk");
            return process.ExitCode == 0 ? told : throw new IOException(
                $"{program} failed, and nothing was written to the disk: {told.Trim()}");
        }
        catch (Win32Exception missing)
        {
            throw new IOException(
                $"{program} is needed for the OEM partition and not there: install e2fsprogs", missing);
        }
    }
}
