using CoreNode.Tests.EndToEnd;

namespace CoreNode.Tests.Cli;

/// <summary>The scripts run in the shells that they are for.</summary>
[TestFixture, Category("Unit")]
internal sealed class CompletionTests
{
    private const string Bash = "/bin/bash";

    [TestCase(
        "corenode ",
        "auth boot cluster completion config discovery doctor etcdctl factory-reset fleetctl image "
        + "install key kv lock locksmithctl machine member node overlay payload pki reboot role slot unit "
        + "update update-server update_engine_client user version")]
    [TestCase("corenode update ", "apply cancel check history now pin reset rollback status unpin")]
    [TestCase("corenode update now --allow", "--allow-downgrade")]
    [TestCase("corenode update apply /etc/passw", "/etc/passwd /etc/passwd-")]
    [TestCase("corenode k", "key kv")]
    [TestCase("corenode kv w", "watch")]
    [TestCase("corenode kv exec", "exec-watch")]
    [TestCase("corenode --endpoints kv kv l", "ls")]
    [TestCase("corenode -o ", "json text")]
    [TestCase("corenode kv get --qu", "--quorum")]
    [TestCase("corenode kv set --swap-with-v", "--swap-with-value")]
    [TestCase("corenode kv set --ttl ", "")]
    [TestCase("corenode member ", "add list promote remove update")]
    [TestCase("corenode kv ls --end", "--endpoints")]
    [TestCase("corenode unit j", "journal")]
    [TestCase("corenode machine un", "uncordon")]
    [TestCase("corenode unit start --no", "--no-block")]
    [TestCase("corenode unit start /etc/passw", "/etc/passwd /etc/passwd-")]
    [TestCase("corenode kv set /a --file /etc/passw", "/etc/passwd /etc/passwd-")]
    public async Task Bash_offers_what_may_follow(string typed, string offered)
    {
        // What bash does for TAB: the words typed so far, the last of them perhaps empty.
        const string ask = """
            source /dev/stdin
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
            _corenode
            printf '%s\n' "${COMPREPLY[@]}"
            """;
        CliRun script = await CliRun.OfAsync(["completion", "bash"]);
        ProgramResult result = await ProgramResult.OfAsync(
            Bash, ["-c", ask, "bash", .. typed.Split(' ')], input: script.Output);
        Assert.That(result.Error, Is.Empty);
        string[] found = [.. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order()];
        Assert.That(found, Is.EqualTo(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Test]
    public async Task Bash_registers_the_function_for_corenode()
    {
        CliRun script = await CliRun.OfAsync(["completion", "bash"]);
        ProgramResult result = await ProgramResult.OfAsync(
            Bash, ["-c", "source /dev/stdin && complete -p corenode"], input: script.Output);
        Assert.That(result.Output.Trim(), Is.EqualTo("complete -F _corenode corenode"), result.Error);
    }

    [Test]
    public async Task The_bash_script_has_no_syntax_error()
    {
        CliRun script = await CliRun.OfAsync(["completion", "bash"]);
        ProgramResult result = await ProgramResult.OfAsync(Bash, ["-n", "/dev/stdin"], input: script.Output);
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
    }

    [Test]
    public async Task The_zsh_script_has_no_syntax_error()
    {
        const string zsh = "/bin/zsh";
        if (!File.Exists(zsh))
            Assert.Ignore("zsh is not installed: apt-get install zsh");
        CliRun script = await CliRun.OfAsync(["completion", "zsh"]);
        ProgramResult result = await ProgramResult.OfAsync(zsh, ["-n", "/dev/stdin"], input: script.Output);
        Assert.That((result.ExitCode, result.Error), Is.EqualTo((0, "")));
    }

    [TestCase("corenode k", "key kv")]
    [TestCase("corenode kv w", "watch")]
    [TestCase("corenode --endpoints kv kv l", "ls")]
    [TestCase("corenode -o ", "json text")]
    [TestCase("corenode kv get --qu", "--quorum")]
    [TestCase("corenode kv set --ttl ", "")]
    [TestCase("corenode unit start /etc/passw", "/etc/passwd /etc/passwd-")]
    public async Task Fish_offers_what_may_follow(string typed, string offered)
    {
        const string fish = "/usr/bin/fish";
        if (!File.Exists(fish))
            Assert.Ignore("fish is not installed: apt-get install fish");
        CliRun script = await CliRun.OfAsync(["completion", "fish"]);
        using TestFolder home = new();
        ProgramResult result = await ProgramResult.OfAsync(
            fish,
            ["--no-config", "-c", $"source; complete --do-complete '{typed}'"],
            new Dictionary<string, string> { ["HOME"] = home.Path },
            script.Output);
        Assert.That(result.Error, Is.Empty);
        // What it is, or does, stands behind a tab.
        string[] found =
        [
            .. result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => line.Split('\t')[0]).Order(),
        ];
        Assert.That(found, Is.EqualTo(offered.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
    }

    [Test]
    public async Task The_zsh_script_names_every_command_with_its_meaning()
    {
        CliRun script = await CliRun.OfAsync(["completion", "zsh"]);
        Assert.That(script.Output, Does.StartWith("#compdef corenode"));
        Assert.That(script.Output, Does.Contain("'watch:wait for a change and print it'"));
    }
}
