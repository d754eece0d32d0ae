# Reads test results (.trx) and prints one line a test: outcome, seconds, class and name, reason; separated by tabs.
function attribute(name,    at, rest) {
  at = index($0, " " name "=\"")
  if (at == 0) return ""
  rest = substr($0, at + length(name) + 3)
  return plain(substr(rest, 1, index(rest, "\"") - 1))
}

function plain(text) {
  gsub(/&quot;/, "\"", text); gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&apos;/, "'", text)
  gsub(/&#x[0-9A-Fa-f]+;|[\r\n\t]+/, " ", text); gsub(/&amp;/, "\\&", text)
  return text
}

function seconds(duration,    part) {
  split(duration, part, ":")
  return part[1] * 3600 + part[2] * 60 + part[3]
}

BEGIN { RS = "<"; count = 0 }

/^UnitTestResult / {
  id = attribute("testId")
  count++
  ids[count] = id
  names[count] = attribute("testName")
  times[count] = seconds(attribute("duration"))
  outcomes[count] = attribute("outcome")
}

/^Message>/ { if (reasons[count] == "") reasons[count] = plain(substr($0, 9)) }
/^UnitTest / { definition = attribute("id") }
/^TestMethod / { classes[definition] = attribute("className"); sub(/^CoreNode\.Tests\./, "", classes[definition]) }

END {
  for (i = 1; i <= count; i++) {
    outcome = outcomes[i] == "Passed" ? "Passed" : outcomes[i] == "NotExecuted" ? "Skipped" : "Failed"
    printf "%s\t%.3f\t%s.%s\t%s\n", outcome, times[i], classes[ids[i]], names[i], reasons[i]
  }
}
