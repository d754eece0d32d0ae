using System.CommandLine;
using CoreNode.Updates.Desk;

namespace CoreNode.Cli.Updates;

/// <summary>Options of commands that install something.</summary>
internal sealed class UpdateWishes
{
    private readonly Option<bool> _allowDowngrade = new("--allow-downgrade")
    {
        Description = "take an older or expired release; only on the machine itself",
    };

    private readonly Option<bool> _acceptBad = new("--accept-bad")
    {
        Description = "take a version again that went back here before",
    };

    public Option<bool> NoBlock { get; } = MakeNoBlock();

    public static Option<bool> MakeNoBlock() => new("--no-block")
    {
        Description = "only begin it; do not wait for its end",
    };

    public void AddTo(CliCommand command)
    {
        command.Options.Add(_allowDowngrade);
        command.Options.Add(_acceptBad);
        command.Options.Add(NoBlock);
    }

    public UpdateOrder Of(ParseResult parsed, UpdateOrderKind kind) => new(kind)
    {
        IsDowngradeAllowed = parsed.GetValue(_allowDowngrade),
        IsBadAccepted = parsed.GetValue(_acceptBad),
    };
}
