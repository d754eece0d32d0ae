using System.CommandLine;

namespace CoreNode.Cli.Payloads;

/// <summary>The options of <c>payload create</c>.</summary>
internal sealed class CreateOptions
{
    public Argument<string> Image { get; } = new("NEW") { Description = "the image that machines are to have" };

    public Option<string?> Output { get; } = Text("--out", "where the payload goes (default: NEW.payload)", "FILE");

    public Option<string?> From { get; } = Text("--from", "the image that machines have now", "OLD");

    public Option<string?> Kernel { get; } = Text("--kernel", "a kernel beside the image; always sent whole", "FILE");

    public Option<string[]> Keys { get; } = new("--key")
    {
        Description = "private key that signs it; may be given several times",
        HelpName = "FILE",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<string> Version { get; } = new("--version")
    {
        Description = "the release's name (default: 0.0.0)",
        HelpName = "V",
        DefaultValueFactory = _ => "0.0.0",
    };

    public Option<ulong> Counter { get; } = NumberOption.Count(
        "--counter", "the release's number, higher than those before (default: by --version)");

    public Option<ulong> MinimumCounter { get; } = NumberOption.Count(
        "--min-counter", "only for machines whose release has at least this number");

    public Option<string?> Expires { get; } = Text("--expires", "last day on which it is taken", "YYYY-MM-DD");

    public Option<string?> Board { get; } = Text("--board", "only for machines of this kind", "NAME");

    public Option<string?> AppId { get; } = Text("--app-id", "only for machines that ask for this application", "ID");

    public Option<string?> VerityRoot { get; } = Text("--verity-root", "root hash of its dm-verity tree", "HEX");

    public Option<string?> VeritySalt { get; } = Text("--verity-salt", "salt of that tree", "HEX");

    public Option<ulong> VerityOffset { get; } = NumberOption.Count(
        "--verity-offset", "byte in the image where that tree begins");

    public Option<string[]> Packers { get; } = new("--packer")
    {
        Description = "zstd, xz or bzip2 for new data; of several the smallest result (default: zstd)",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = false,
    };

    public Option<ulong> Threads { get; } = NumberOption.Count(
        "--threads", "threads (default: one for each processor)", most: 64);

    public Option<bool> Force { get; } = new("--force") { Description = "replace a payload that is there" };

    /// <summary>Makes them the command's.</summary>
    public void AddTo(CliCommand command)
    {
        command.Arguments.Add(Image);
        foreach (Option option in new Option[]
        {
            Output, From, Kernel, Keys, Version, Counter, MinimumCounter, Expires, Board, AppId, VerityRoot, VeritySalt,
            VerityOffset, Packers, Threads, Force,
        })
        {
            command.Options.Add(option);
        }
    }

    private static Option<string?> Text(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };
}
