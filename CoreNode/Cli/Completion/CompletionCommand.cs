namespace CoreNode.Cli.Completion;

/// <summary>The <c>completion</c> group: scripts for shells, made from the command tree.</summary>
internal static class CompletionCommand
{
    public const string Summary = "print a script that completes commands in your shell";

    public static CliCommand Build(CliSession session)
    {
        var group = new CliCommand("completion", Summary)
        {
            Examples =
            [
                ("source <(corenode completion bash)", "for this bash"),
                ("corenode completion zsh > ~/.zfunc/_corenode", "for zsh, with ~/.zfunc in fpath"),
            ],
        };
        group.Subcommands.Add(Shell(
            session,
            "bash",
            [
                ("source <(corenode completion bash)", "for this shell"),
                ("corenode completion bash > /etc/bash_completion.d/corenode", "for all users, from the next login on"),
            ],
            BashScript.Write));
        group.Subcommands.Add(Shell(
            session,
            "zsh",
            [
                ("source <(corenode completion zsh)", "for this shell, after compinit"),
                ("corenode completion zsh > ~/.zfunc/_corenode", "for every shell, with ~/.zfunc in fpath"),
            ],
            ZshScript.Write));
        group.Subcommands.Add(Shell(
            session,
            "fish",
            [
                ("source (corenode completion fish | psub)", "for this shell"),
                ("corenode completion fish > ~/.config/fish/completions/corenode.fish", "for every shell"),
            ],
            FishScript.Write));
        return group;
    }

    private static CliCommand Shell(
        CliSession session,
        string name,
        IReadOnlyList<(string Line, string Meaning)> examples,
        Action<IReadOnlyList<CompletionEntry>, TextWriter> write)
    {
        var command = new CliCommand(name, $"the script for {name}") { Examples = examples };
        command.SetAction(_ =>
        {
            write(CompletionEntry.All(CommandTree.BuildAll(new CliSession(session.Host))), session.Host.Output);
            return ExitCode.Done;
        });
        return command;
    }
}
