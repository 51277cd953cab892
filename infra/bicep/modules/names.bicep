// Names that every resource accepts, made of an environment's name that may be anything: azd lets capitals, dots, brackets and
// underscores through, and somebody's own pipeline lets through more.

@description('The lower-case ASCII letters and digits of a text.')
func lettersAndDigits(text string) string =>
  join(
    filter(
      map(range(0, length(text)), i => substring(toLower(text), i, 1)),
      character => contains('abcdefghijklmnopqrstuvwxyz0123456789', character)
    ),
    ''
  )

@export()
@description('The readable part of all names: at most ten letters and digits, "env" where the environment\'s name has none.')
func slug(environmentName string) string =>
  empty(lettersAndDigits(environmentName)) ? 'env' : take(lettersAndDigits(environmentName), 10)

@export()
@description('What is created for an environment. The suffix, eight letters and digits, tells apart what the slug makes equal.')
func names(slug string, suffix string, vaultSuffix string) object => {
  group: 'rg-commerce-${slug}-${suffix}'
  identity: 'id-commerce-${slug}-${suffix}'
  workspace: 'log-commerce-${slug}-${suffix}'
  applicationInsights: 'appi-commerce-${slug}-${suffix}'
  storage: 'st${slug}${suffix}'
  cosmos: 'cosmos-commerce-${slug}-${suffix}'
  serviceBus: 'sb-commerce-${slug}-${suffix}'
  vault: 'kv-${slug}-${vaultSuffix}'
  scheduler: 'dts-commerce-${slug}-${suffix}'
  functionApp: 'func-commerce-${slug}-${suffix}'
  plan: 'plan-commerce-${slug}-${suffix}'
  network: 'vnet-commerce-${slug}-${suffix}'
  alertSuffix: 'commerce-${slug}'
}

@export()
@description('A setting, or what it is when it is not set. A pipeline hands on what is not set as an empty text.')
func orElse(setting string, default string) string => empty(setting) ? default : setting
