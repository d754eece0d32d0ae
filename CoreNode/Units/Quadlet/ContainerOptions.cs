using CoreNode.Units.Model;

namespace CoreNode.Units.Quadlet;

/// <summary>What stands in [Container], each value with its line; an empty value takes back those before.</summary>
internal sealed class ContainerOptions
{
    /// <summary>The section.</summary>
    public const string Section = "Container";

    private readonly Dictionary<string, List<(string Value, int Line)>> _values = new(StringComparer.Ordinal);

    /// <summary>Reads them; unknown keys are problems.</summary>
    public ContainerOptions(UnitFile file, List<UnitProblem> problems)
    {
        Problems = problems;
        for (int i = 0; i < file.Options.Count; i++)
        {
            UnitOption option = file.Options[i];
            if (option.Section != Section)
                continue;
            if (ContainerKeys.Complaint(option.Name) is { Length: > 0 } complaint)
                Complain(file.LineOf(i), complaint);
            if (!_values.TryGetValue(option.Name, out List<(string Value, int Line)>? values))
                _values[option.Name] = values = [];
            if (option.Value.Length == 0)
                values.Clear();
            else
                values.Add((option.JoinedValue, file.LineOf(i)));
        }
    }

    /// <summary>What is wrong.</summary>
    public List<UnitProblem> Problems { get; }

    /// <summary>All values of a key.</summary>
    public IReadOnlyList<(string Value, int Line)> Each(string key) =>
        _values.TryGetValue(key, out List<(string Value, int Line)>? values) ? values : [];

    /// <summary>The last value of a key; null if there is none.</summary>
    public string? Last(string key) => Each(key) is { Count: > 0 } values ? values[^1].Value : null;

    /// <summary>The line of the last value of a key; 0 if there is none.</summary>
    public int LineOf(string key) => Each(key) is { Count: > 0 } values ? values[^1].Line : 0;

    /// <summary>The words of all values of a key.</summary>
    public List<(string Word, int Line)> Words(string key)
    {
        List<(string Word, int Line)> found = [];
        foreach ((string value, int line) in Each(key))
        {
            List<string>? words = ContainerWords.Split(value);
            if (words is null)
                Complain(line, $"{key}: a quote is not closed");
            foreach (string word in words ?? [])
                found.Add((word, line));
        }

        return found;
    }

    /// <summary>Yes or no; null if nothing is said.</summary>
    public bool? Flag(string key)
    {
        if (Last(key) is not { } text)
            return null;
        if (!UnitWords.TryBoolean(text, out bool value))
            Complain(LineOf(key), $"{key}={text} is neither yes nor no");
        return value;
    }

    /// <summary>Says what is wrong.</summary>
    public void Complain(int line, string message) => Problems.Add(new UnitProblem(line, message, IsError: true));

    /// <summary>Says what is odd.</summary>
    public void Warn(int line, string message) => Problems.Add(new UnitProblem(line, message, IsError: false));
}
