using System.CommandLine;
using CoreNode.Cli.Payloads;

namespace CoreNode.Cli.Images;

/// <summary>The options of <c>install</c>.</summary>
internal sealed class InstallOptions
{
    public Option<string?> Config { get; } = new("--config")
    {
        Description = "file with the machine's configuration (cloud-config, Ignition, script)",
        HelpName = "FILE",
    };

    private Option<string> Disk { get; } = new("--disk")
    {
        Description = "the disk that is written, all of it; or an image file that is there",
        HelpName = "DISK",
        Required = true,
    };

    private Option<string?> Image { get; } = new("--image")
    {
        Description = "image of a disk, raw, .zst or .xz (default: the system that runs)",
        HelpName = "FILE",
    };

    private Option<string> Keys { get; } = new("--keys")
    {
        Description = $"public key or trust folder that judges the image (default: {PayloadCommands.TrustFolder})",
        HelpName = "FILE",
        DefaultValueFactory = _ => PayloadCommands.TrustFolder,
    };

    private Option<string?> Board { get; } = new("--board")
    {
        Description = "the board that the disk is for (default: this machine's, any if it says none)",
        HelpName = "BOARD",
    };

    private Option<bool> Wipe { get; } = new("--wipe") { Description = "also if the disk holds something" };

    private Option<bool> Yes { get; } = new("--yes") { Description = "really write; without it only check" };

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[] { Disk, Image, Config, Keys, Board, Wipe, Yes })
            command.Options.Add(option);
    }

    public InstallOrder Read(ParseResult parsed) => new(Path.GetFullPath(parsed.GetValue(Disk)!))
    {
        Image = parsed.GetValue(Image) is { } image ? FileOf(image) : null,
        Keys = Path.GetFullPath(parsed.GetValue(Keys)!),
        Board = parsed.GetValue(Board),
        Wipes = parsed.GetValue(Wipe),
        Asks = !parsed.GetValue(Yes),
    };

    private static string FileOf(string image) => image == "-" || image.Contains("://", StringComparison.Ordinal)
        ? throw new UsageException(
            "--image takes a file: it is read through before anything is written, and then again; fetch it first")
        : Path.GetFullPath(image);
}
