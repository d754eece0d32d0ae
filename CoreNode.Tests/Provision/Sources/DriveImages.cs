using System.Diagnostics;
using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Provision.Sources;

/// <summary>Images of drives, made by the programs that others make them by.</summary>
internal static class DriveImages
{
    /// <summary>All ways that are tested.</summary>
    public static readonly string[] Kinds =
        ["joliet", "rockridge", "both", "udf", "xorriso", "plain", "fat12", "fat16", "fat32"];

    /// <summary>Makes an image of a folder.</summary>
    /// <param name="kind">Which way.</param>
    /// <param name="label">The label.</param>
    /// <param name="folder">What is to be in it.</param>
    /// <param name="image">The file.</param>
    public static void Make(string kind, string label, string folder, string image)
    {
        switch (kind)
        {
            case "joliet":
                Run(TestPrograms.Genisoimage(), "-quiet", "-J", "-V", label, "-o", image, folder);
                break;
            case "rockridge":
                Run(TestPrograms.Genisoimage(), "-quiet", "-r", "-V", label, "-o", image, folder);
                break;
            case "both":
                // As cloud-localds and libvirt do.
                Run(TestPrograms.Genisoimage(), "-quiet", "-J", "-r", "-V", label, "-o", image, folder);
                break;
            case "udf":
                Run(TestPrograms.Genisoimage(), "-quiet", "-udf", "-J", "-V", label, "-o", image, folder);
                break;
            case "plain":
                // Names of 31 characters, as they are in ISO 9660 itself.
                Run(TestPrograms.Genisoimage(), "-quiet", "-iso-level", "4", "-V", label, "-o", image, folder);
                break;
            case "xorriso":
                Run(TestPrograms.Xorriso(), "-outdev", image, "-volid", label, "-map", folder, "/");
                break;
            default:
                Fat(kind, label, folder, image);
                break;
        }
    }

    private static void Fat(string kind, string label, string folder, string image)
    {
        // Clusters of 512 bytes: their number makes the kind.
        (long size, string[] more) = kind switch
        {
            "fat12" => (1_474_560L, (string[])[]),
            "fat16" => (16L << 20, ["-c", "1"]),
            _ => (40L << 20, ["-F", "-c", "1"]),
        };
        using (FileStream file = new(image, FileMode.CreateNew))
            file.SetLength(size);
        string sectors = (size / 512).ToString(System.Globalization.CultureInfo.InvariantCulture);
        Run(TestPrograms.Mformat(), ["-i", image, "-T", sectors, "-h", "16", "-s", "63", "-v", label, .. more, "::"]);
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder))
            Run(TestPrograms.Mcopy(), "-s", "-i", image, entry, "::");
    }

    private static void Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        string errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.That(process.ExitCode, Is.Zero, $"{program} {string.Join(' ', arguments)}: {errors}{output.Result}");
    }
}
